"""Forms that are sent without their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..pages import Visitor, forms_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def post(visitor: Visitor, address: str, status: int, **data: Any) -> TestResponse:
    """Send a form to an address, with the CSRF token that this browser's pages carry."""
    token = forms_of(visitor.get("/account"))[0].fields["csrf_token"][0]
    sent = visitor.client.post(address, data={"csrf_token": token, **data})
    assert sent.status_code == status, sent.status
    return sent
