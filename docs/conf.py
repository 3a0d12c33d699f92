"""How the pages become a site; for `make docs`, which runs Sphinx."""

from __future__ import annotations

project = html_title = "tap-pagerduty"
extensions = ["myst_parser", "sphinxcontrib.mermaid"]

# Anchors of headings, down to those of the streams, are as GitHub makes them.
myst_heading_anchors = 3
# A diagram is a code block to GitHub, which draws it as well.
myst_fence_as_directive = ["mermaid"]

html_theme = "furo"
# The script that draws is served with the site, so that no page asks anything of others.
html_static_path = ["_static", "../.venv-docs/node_modules/@mermaid-js/tiny/dist"]
mermaid_use_local = "mermaid.mjs"
mermaid_height = "auto"
mermaid_init_config = {
    "startOnLoad": False,
    "er": {"useMaxWidth": False, "nodeSpacing": 30, "rankSpacing": 50},
}
html_css_files = ["diagrams.css"]
html_copy_source = False
html_show_copyright = html_show_sphinx = False
