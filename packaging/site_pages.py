"""What `mkdocs` builds besides `docs/`: texts that live elsewhere, and links to them.

Pages link to a file of the repository by its place (`../assets/models/README.md`), which works
where the repository is read. On the site such a file is a page of its own, or lies on the code
host; a file that is not there is an error.
"""

import posixpath
import re
import tomllib
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = PROJECT["urls"]["Source"]
PAGES = {
    "model_card.md": "assets/models/README.md",
    "samples.md": "assets/samples/README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "install.md": "README.md",
    "notice.md": "NOTICE",
}
"""Page of the site: file of the repository."""
FOUND_FIRST = {
    "troubleshooting.md": 8.0,
    "experts.md": 4.0,
    "formats.md": 4.0,
    "models.md": 4.0,
    "start.md": 3.0,
    "messages.md": 2.0,
    "built_in_model.md": 0.3,
    "changelog.md": 0.2,
}
"""How much a page counts in the search; what is not named counts 1, decisions a fifth."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(?=[)#])")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are no files of `docs/`."""
    for page, place in PAGES.items():
        text = (ROOT / place).read_text(encoding="utf-8")
        if not place.endswith(".md"):
            text = f"# {place.capitalize()}\n\n```text\n{text}\n```\n"
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead links between `docs/` and the rest of the repository to pages of the site."""
    uri = page.file.src_uri
    usual = 0.2 if uri.startswith("decisions/") else 1.0
    page.meta["search"] = {"boost": FOUND_FIRST.get(uri, usual)}
    here = posixpath.dirname(PAGES.get(uri, f"docs/{uri}"))
    return LINK.sub(lambda found: _on_site(found[1], here, uri), markdown)


def _on_site(link: str, here: str, uri: str) -> str:
    place = posixpath.normpath(posixpath.join(here, link))
    by_place = {place: page for page, place in PAGES.items()}
    if place in by_place:
        target = by_place[place]
    elif place.startswith("docs/"):
        target = place.removeprefix("docs/")
    elif (ROOT / place).exists():
        return f"{SOURCE}/blob/main/{place}"
    else:
        raise PluginError(f"{uri} links to {link}, which is not there")
    return posixpath.relpath(target, posixpath.dirname(uri) or ".")
