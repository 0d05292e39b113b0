"""What is asked for an answer."""

from __future__ import annotations

from django import forms


class AnswerForm(forms.Form):
    answer = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
