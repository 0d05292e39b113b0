"""What a borrower agrees to at the counter."""

from __future__ import annotations

from django import forms


class ConsentForm(forms.Form):
    language = forms.ChoiceField(choices=[("en", "English"), ("st", "Sesotho")], help_text="In which it was read.")
