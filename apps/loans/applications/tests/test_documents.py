"""Documents: what they are, who reads them, and that nothing disappears."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tenants.utils import tenant_context

from apps.loans.applications.models import Document
from apps.loans.applications.services import documents
from apps.loans.book.models import Loan
from apps.mfis.core.errors import InvalidInput
from tests.factories import Branch

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a payslip"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"MZ\x90 a program", "neither a PDF"),
        (b"%PDF-" + b"x" * documents.MAXIMUM_BYTES, "at most 5 MB"),
    ],
)
def test_what_is_no_paper_is_refused(alpha: Branch, apply: Callable[..., Loan], content: bytes, says: str) -> None:
    loan = apply()
    with tenant_context(alpha.mfi), pytest.raises(InvalidInput, match=says):
        documents.add_document(
            loan_id=loan.pk, actor=alpha.staff["officer"].actor, what="payslip", file_name="p.pdf", content=content
        )


def test_a_document_is_kept_read_and_set_aside(alpha: Branch, beta: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    client = alpha.client("officer")
    file = SimpleUploadedFile("C:\\papers\\<b>slip.pdf", PDF, content_type="text/html")
    page = f"/admin/loans/loan/{loan.pk}/do/add_document/"
    assert client.post(page, {"what": "payslip", "file": file}).status_code == 302
    with tenant_context(alpha.mfi):
        document = Document.objects.get()
        assert document.content_type == "application/pdf"  # by its bytes, not by what the browser said
        again = documents.add_document(
            loan_id=loan.pk, actor=alpha.staff["officer"].actor, what="payslip", file_name="x.pdf", content=PDF
        )
        assert again.pk == document.pk
    url = f"/admin/loans/loan/{loan.pk}/document/{document.pk}/"
    answer = client.get(url)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert beta.client("manager").get(url).status_code == 404
    assert alpha.client().get(url).status_code == 302
    assert client.post(f"{url}aside/", {"reason": "Another's"}).status_code == 302
    assert client.get(url).status_code == 404
