"""Every page opens in one way: its look, its language, and nothing loaded from elsewhere."""

from pathlib import Path

from bonescint.pages import page_template
from bonescint.resources import RESOURCES, ROOT

PAGE = """{% from "opening.html.j2" import opening %}
{{ opening("ja", title, mark, data={"word": "<b>"}) }}
<p>{{ title }}</p>
"""


def test_a_page_has_the_common_look_then_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text(PAGE, encoding="utf-8")
    (tmp_path / "a.css").write_text("p { color: red; }\n", encoding="utf-8")
    template = page_template(tmp_path, ["a.html.j2"], ["a.css"])
    text = template.render(title="<i>", mark="SYNTHETIC")
    look = (RESOURCES / "page.css").read_text(encoding="utf-8")
    assert f"<style>\n{look}p {{ color: red; }}\n</style>" in text
    assert '<html lang="ja">' in text and "<title>&lt;i&gt; - SYNTHETIC</title>" in text
    assert "default-src 'none'" in text and "script-src 'none'" in text
    assert text.count("SYNTHETIC") == 3 and 'data-word="&lt;b&gt;"' in text
    assert "banner" not in template.render(title="a", mark="").partition("</style>")[2]


def test_no_template_opens_a_page_itself() -> None:
    package = ROOT / "scripts" / "bonescint"
    pages = [file for file in package.rglob("*.html.j2") if "disc" not in file.parts]
    whole = [file.name for file in pages if "<header" in file.read_text(encoding="utf-8")]
    assert sorted(whole) == [
        "page.html.j2",
        "record_page.html.j2",
        "report.html.j2",
        "review.html.j2",
    ]
    for file in pages:
        text = file.read_text(encoding="utf-8")
        assert "<!doctype" not in text and ("{{ opening(" in text) == (file.name in whole)
