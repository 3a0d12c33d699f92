"""How the pages become a site; for `make docs`, which runs Sphinx."""

from __future__ import annotations

import typing as t

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.writers.html5 import HTML5Translator

if t.TYPE_CHECKING:
    from sphinx.application import Sphinx

project = html_title = "tap-pagerduty"
extensions = ["myst_parser"]

# Anchors of headings, down to those of the streams, are as GitHub makes them.
myst_heading_anchors = 3
# A diagram is a code block to GitHub, which draws it as well.
myst_fence_as_directive = ["mermaid"]

html_theme = "furo"
# The script that draws is part of the site, so that no page asks anything of others. No script is
# a module: a browser loads none from a file.
html_static_path = ["_static", "../.venv-docs/node_modules/@mermaid-js/tiny/dist"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_copyright = html_show_sphinx = False

# The scripts that only some pages need.
SCRIPTS = {"diagram": ("mermaid.tiny.js", "diagrams.js"), "streams": ("streams.js",)}
# A table with fewer columns fits any page but a phone's.
MANY_COLUMNS = 5


class Mermaid(Directive):
    """A diagram, as text that a script draws."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the element that the script looks for."""
        source = "\n".join(self.content).replace("&", "&amp;").replace("<", "&lt;")
        return [nodes.raw("", f'<pre class="mermaid">{source}</pre>', format="html")]


class Translator(HTML5Translator):
    """Names the column in each cell, by which a narrow page shows a row as a list."""

    def visit_table(self, node: nodes.table) -> None:
        """Mark a table that has many columns."""
        columns = len(list(node.findall(nodes.colspec)))
        node["classes"].append("columns-many" if columns >= MANY_COLUMNS else f"columns-{columns}")
        super().visit_table(node)

    def visit_entry(self, node: nodes.entry) -> None:
        """Add the heading of its column to a cell."""
        row = node.parent
        position = row.index(node)
        start = len(self.body)
        super().visit_entry(node)
        if isinstance(row.parent, nodes.tbody):
            heads = list(row.parent.parent.findall(nodes.thead))
            label = self.attval(heads[0][0][position].astext()) if heads else ""
            cell = f'<td data-label="{label}"' + (' class="empty"' if not node.astext() else "")
            self.body[start] = self.body[start].replace("<td", cell, 1)


def add_scripts(app: Sphinx, pagename: str, *_: object) -> None:
    """Add the scripts of a page."""
    for name in SCRIPTS.get(pagename, ()):
        app.add_js_file(name)


def setup(app: Sphinx) -> None:
    """Register what is above."""
    app.add_directive("mermaid", Mermaid)
    app.set_translator("html", Translator)
    app.connect("html-page-context", add_scripts)
