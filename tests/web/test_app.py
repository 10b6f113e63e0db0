import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from quizsvc.errors import ContentError, SettingsError
from quizsvc.settings import Settings
from quizsvc.store import revisions
from quizsvc.web import create_app
from quizsvc.web.assets import FONT
from quizsvc.web.security import CONTENT_SECURITY_POLICY

from .pages import Visitor, forms_of

PAGES = ["/", "/lessons/numbers", "/practice/double/1", "/assessments/final", "/history", "/none"]


def test_without_a_secret_there_is_no_application(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="QUIZSVC_SECRET"):
        create_app(replace(settings, secret=""))


def test_settings_come_from_the_environment_by_default(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZSVC_SECRET", "")
    with pytest.raises(SettingsError, match="QUIZSVC_SECRET"):
        create_app()
    for name in ("content", "content_reload", "var", "database_url", "secret"):
        monkeypatch.setenv(f"QUIZSVC_{name.upper()}", str(getattr(settings, name)))
    assert Visitor(create_app()).get("/")


def test_faults_of_the_content_are_logged_at_their_place_and_the_rest_is_served(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        app = create_app(settings)
    assert re.search(r"items/broken\.yaml:6:\d+: ", caplog.text)
    Visitor(app).get("/practice/double/1")


def test_content_without_anything_to_serve_is_refused(settings: Settings, content: Path) -> None:
    for path in (content / "items").iterdir():
        if path.stem != "broken":
            path.unlink()
    with pytest.raises(ContentError, match=r"broken\.yaml:6:"):
        create_app(settings)


def test_an_empty_content_folder_is_refused_with_a_reason(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContentError, match="nothing to serve"):
        create_app(replace(settings, content=tmp_path / "empty"))


def test_a_content_folder_that_is_missing_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=rf"^QUIZSVC_CONTENT: {tmp_path / 'none'}: There is no "
    ):
        create_app(replace(settings, content=tmp_path / "none"))


def test_every_revision_is_kept_before_anybody_meets_it(ann: Visitor) -> None:
    for item in ann.service.bank.items.values():
        assert revisions.source(ann.service.db, item.revision) == item.source


@pytest.mark.parametrize("url", PAGES)
def test_every_page_forbids_what_is_not_its_own(ann: Visitor, url: str) -> None:
    headers = ann.client.get(url).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("url", PAGES)
def test_no_page_holds_inline_script_or_style_or_an_address_elsewhere(
    ann: Visitor, url: str
) -> None:
    page = ann.client.get(url).text
    assert not re.search(r"<style|\sstyle=|<script(?![^>]* src=)|\son[a-z]+=", page)
    assert not re.search(r"""(src|href|action)=["'](?!/|#)""", page)


@pytest.mark.parametrize("url", PAGES)
def test_every_page_has_one_heading_of_the_first_rank_and_a_skip_link(
    ann: Visitor, url: str
) -> None:
    page = ann.client.get(url).text
    assert page.count("<h1>") == 1
    assert 'href="#main"' in page
    assert 'lang="en"' in page


@pytest.mark.parametrize("item", ["double", "block", "pick-one", "pick-some", "picture", "say-why"])
def test_every_field_has_a_label_and_every_reference_its_element(ann: Visitor, item: str) -> None:
    page = ann.get(f"/practice/{item}/1").text
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for reference in re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page):
        assert set(reference.split()) <= set(ids)
    for field in re.findall(r"<(?:input|textarea)[^>]*>", page):
        labelled = re.search(r'\sid="([^"]+)"', field)
        assert (
            'type="hidden"' in field
            or "aria-label=" in field
            or 'aria-hidden="true"' in field  # in the picture; its twin in the table is labelled
            or (labelled and f'for="{labelled[1]}"' in page)
            or 'type="radio"' in field
            or 'type="checkbox"' in field
        )


def test_the_cookie_is_kept_from_scripts_and_other_sites(ann: Visitor, settings: Settings) -> None:
    cookie = ann.get("/practice/double/1").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert "Secure" not in cookie
    secure = Visitor(create_app(replace(settings, secure_cookies=True)))
    assert "Secure" in secure.get("/practice/double/1").headers["Set-Cookie"]


def test_a_forged_cookie_is_nobodys(ann: Visitor, bob: Visitor) -> None:
    page = ann.answer("double", "7")
    cookie = ann.client.get_cookie("quizsvc")
    assert cookie is not None
    bob.client.set_cookie("quizsvc", cookie.value[:-3] + "AAA")
    bob.get(f"/attempts/{page.request.args['attempt']}", 403)


def test_the_font_is_our_own_to_serve(app: Flask) -> None:
    font = app.test_client().get(f"/assets/{FONT}")
    assert font.mimetype == "font/ttf"
    assert font.data[:4] == b"\0\1\0\0"
    assert "max-age=31536000" in font.headers["Cache-Control"]
    font.close()


def test_static_files_are_cached_under_an_address_that_changes_with_them(ann: Visitor) -> None:
    urls = re.findall(r'"(/static/[^"]+)"', ann.get("/").text)
    assert {url.partition("?")[0].rpartition(".")[2] for url in urls} == {"css", "js", "svg"}
    for url in urls:
        assert re.search(r"\?v=[0-9a-f]{12}$", url)
        file = ann.get(url)
        assert "max-age=31536000" in file.headers["Cache-Control"]
        file.close()


def test_pages_are_private_and_asked_for_anew(ann: Visitor) -> None:
    assert ann.get("/history").headers["Cache-Control"] == "private, no-cache"


def test_a_token_of_a_form_does_not_expire_before_a_long_quiz_does(app: Flask) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None


def test_a_sitting_form_needs_its_csrf_token(ann: Visitor) -> None:
    page = ann.get("/assessments/final")
    ann.send(page, {"csrf_token": "none"}, status=400)
    assert forms_of(page)[0].fields["csrf_token"]
