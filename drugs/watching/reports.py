"""Reports of errors to Sentry, when SENTRY_DSN is set and its package is installed; nothing personal goes there."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from drugs.watching.logs import scrubbed


def start(dsn: str, release: str) -> None:
    try:
        import sentry_sdk
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set: install its package, pip install sentry-sdk, or unset it."
        ) from error
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=without_personal_data,
        before_breadcrumb=lambda crumb, hint: None,
        traces_sample_rate=0,
    )


def without_personal_data(event: dict[str, Any], hint: Any = None) -> dict[str, Any]:
    """The report without who asked, from where, with what: the route, the kind of error and its trace are left."""
    kept = {name: value for name, value in event.items() if name not in ("user", "request", "breadcrumbs", "extra")}
    kept["request"] = {"method": event.get("request", {}).get("method", "")}
    kept.pop("server_name", None)
    return {name: _scrub(value) for name, value in kept.items()}


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {key: _scrub(part) for key, part in value.items() if key != "vars"}
    return [_scrub(part) for part in value] if isinstance(value, list) else value
