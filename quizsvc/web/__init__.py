"""The pages: a Flask application around the service."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quizsvc.errors import NotSavedError, SettingsError
from quizsvc.model import GRACE
from quizsvc.settings import Settings
from quizsvc.store import Database, migrate, serving
from quizsvc.web import (
    accounts,
    admin,
    assets,
    assigned,
    attempts,
    choosing,
    claims,
    codes,
    downloads,
    drafts,
    echoes,
    errors,
    health,
    lessons,
    links,
    people,
    practice,
    progress,
    reviews,
    security,
    sign_up,
    sittings,
    texts,
    tracing,
)
from quizsvc.web import help as guide
from quizsvc.web.addresses import App
from quizsvc.web.current import EXTENSION, watch_sign_ins
from quizsvc.web.reloading import Reloading, remember
from quizsvc.web.service import Service
from quizsvc.web.teaching import (
    analysis,
    assigning,
    contents,
    deciding,
    enrolling,
    gradebook,
    overriding,
    records,
    regrading,
    responses,
    sections,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from quizsvc.content import ItemBank

logger = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = _utc_now,
    bank: ItemBank | None = None,
) -> Flask:
    """Return the application, with its content loaded and its database up to date.

    Parameters
    ----------
    settings : Settings | None
        By default those of the environment.
    clock : Callable[[], datetime]
        Tells the time of everything stored.
    bank : ItemBank | None
        What to serve, by default what the settings' content directory holds, also as it changes.

    Raises
    ------
    SettingsError
        A setting is bad, or there is no secret.
    ContentError
        There is nothing to serve.
    NewerSchemaError
        A newer version has written the database.
    InUseError
        A backup is being restored.
    """
    settings = settings or Settings.from_environment(os.environ)
    if not settings.secret:
        raise SettingsError("QUIZSVC_SECRET: must be given (`quizsvc run` makes one by itself)")
    reloading = Reloading(replace(settings, content_reload=0) if bank else settings)
    bank = bank or reloading.first()
    db = Database(settings.database_url, clock=clock, connections=settings.threads)
    _prepare(db, bank, settings)

    app = App(__name__)
    app.secret_key = settings.secret
    app.config["SESSION_COOKIE_SECURE"] = settings.secure_cookies
    # All templates are kept: to find one among a bounded number takes longer than a page may.
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
    app.jinja_env.filters.update(texts.FILTERS)
    app.jinja_env.globals["grace"] = GRACE.total_seconds()
    app.extensions[EXTENSION] = Service(bank, db, settings.secret.encode())
    tracing.trace(app, settings.proxies)
    reloading.attach(app)
    security.admit(app, frozenset(settings.hosts))
    security.protect(app)
    security.trust_proxies(app, settings.proxies)
    watch_sign_ins(app)
    errors.register(app)
    for page_group in (
        lessons,
        claims,
        choosing,
        practice,
        codes,
        attempts,
        sittings,
        drafts,
        progress,
        reviews,
        downloads,
        accounts,
        sign_up,
        links,
        people,
        assigned,
        sections,
        enrolling,
        assigning,
        overriding,
        gradebook,
        responses,
        deciding,
        analysis,
        regrading,
        records,
        contents,
        admin,
        assets,
        echoes,
        guide,
    ):
        app.register_blueprint(page_group.blueprint)
    admin.remember_start(app, settings, db.now())
    health.watch_health(app, settings)
    return app


def _prepare(db: Database, bank: ItemBank, settings: Settings) -> None:
    """Bring the database up to date and keep the source of all that pages will name.

    A revision is kept before anybody meets it, so that any worker can grade it though the file
    changed between the page and its answer. A database that cannot be written now may be writable
    later: pages can be read meanwhile, and answers are told that they were not saved.
    """
    with suppress(SettingsError):  # if the database needs this folder, it will say so
        settings.make_var()
    serving.hold(db)
    try:
        if warning := db.durability().warning:
            logger.warning("%s", warning)
        migrate.upgrade(db)
        remember(db, bank)
    except NotSavedError as error:
        logger.warning("the database cannot be written: %s", error)
    finally:
        db.dispose()
