"""What a borrower agrees to at the counter."""

from __future__ import annotations

from typing import Any

from django import forms


class ConsentForm(forms.Form):
    language = forms.ChoiceField(choices=[("en", "English"), ("st", "Sesotho")], help_text="In which it was read.")
    code = forms.CharField(
        label="The borrower's code",
        required=False,
        max_length=12,
        help_text="Leave it empty the first time: the code is sent to the phone or e-mail on record.",
    )

    def __init__(self, *args: Any, by_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_code:
            del self.fields["code"]
