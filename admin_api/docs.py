"""The API's documentation page at /docs: Swagger UI from our own npm packages, without a request to anybody else."""

from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

ASSETS = Path(__file__).resolve().parents[1] / "web" / "node_modules" / "swagger-ui-dist"
SERVED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bahi API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = 'SwaggerUIBundle({url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});\n'

blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("", strict_slashes=False)
def page() -> Response:
    """The page itself."""
    answer = Response(PAGE, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@blueprint.get("/start.js")
def start() -> Response:
    """Starts Swagger UI; a file of its own because the page allows no inline script."""
    return Response(START, mimetype="text/javascript")


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in SERVED:
        abort(404)
    return send_from_directory(ASSETS, name, max_age=86400)
