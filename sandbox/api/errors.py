"""What PagerDuty responds when it refuses: the codes, the words and the shapes of the body."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    2000: "Internal Server Error",
    2001: "Invalid Input Provided",
    2002: "Arguments Caused Error",
    2003: "Missing Arguments",
    2004: "Invalid 'since' or 'until' Parameter Values",
    2005: "Invalid Query Date Range",
    2006: "Authentication failed",
    2010: "Access Denied",
    2014: "Account does not have the required abilities",
    2016: "Your request took too long",
    2020: "Rate Limit Exceeded",
    2100: "Not Found",
}

TOO_DEEP = (
    "Offset+limit exceeds maximum allowed value of 10000. Please try to refine your search to "
    "reduce the returned set of records below this number, like adding a date range."
)


class ApiError(Exception):
    """A response that is a refusal: HTTP status and decoded body."""

    def __init__(self, status: int, body: Any) -> None:  # noqa: ANN401
        """Refuse with this status and body."""
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def refusal(status: int, code: int, *errors: str) -> ApiError:
    """Refuse in PagerDuty's usual shape; `errors` are the details."""
    error: dict[str, Any] = {"message": MESSAGES[code], "code": code}
    if errors:
        error["errors"] = list(errors)
    return ApiError(status, {"error": error})


def not_found() -> ApiError:
    """Refuse because there is no such thing (or path)."""
    return refusal(404, 2100)


def missing_scope(scope: str) -> ApiError:
    """Refuse because the token lacks a scope (this body has no code)."""
    error = {"message": "Token missing required scopes", "required_scopes": scope}
    return ApiError(403, {"error": error})


def shaped(shape: str, status: int) -> Any:  # noqa: ANN401
    """Make an error body in one of the shapes that real accounts have shown.

    list: `errors` is a list; text: `errors` is a string; error_list: `error` is a list of strings;
    error_text: `error` is a string; map: `errors` maps a field to its complaints; scope: the body
    of a missing scope, without a code.
    """
    code = {401: 2006, 402: 2014, 403: 2010, 404: 2100, 408: 2016, 429: 2020}.get(status)
    code = code or (2001 if status < 500 else 2000)  # noqa: PLR2004
    message = MESSAGES[code]
    shapes: dict[str, Any] = {
        "list": {"error": {"message": message, "code": code, "errors": ["Sandbox fault."]}},
        "text": {"error": {"message": message, "code": code, "errors": "Sandbox fault."}},
        "error_list": {"error": [message, "Sandbox fault."]},
        "error_text": {"error": message},
        "map": {
            "error": {"message": message, "code": code, "errors": {"base": ["Sandbox fault."]}}
        },
        "scope": missing_scope("incidents.read").body,
    }
    shapes["json"] = {"error": {"message": message, "code": code}}
    return shapes[shape]
