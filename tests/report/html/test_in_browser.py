"""The page in Chromium, as a person uses it: with a pointer or the keyboard alone, in the dark."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.report.made import CONVERGED, EVIDENCE, NIGHT, POLICY, RUNS, journal, keep
from verifier.baseline.kept_night import night_in
from verifier.baseline.night_page import night_page
from verifier.report.html.page import page as page_of
from verifier.report.kept import kept_in

pytestmark = pytest.mark.browser

# No background connections, and no sandbox: root has none.
_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
_HOSTILE = (
    "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>{{ 7 * 7 }}javascript:x"
)
# Of each text that is shown: its contrast with what is behind it, by WCAG's formula.
_CONTRASTS = """() => {
  const numbers = (color) => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = numbers(getComputedStyle(one).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || /^(SCRIPT|STYLE|TITLE|DESC)$/i.test(element.tagName)) continue;
    const style = getComputedStyle(element);
    const svg = element instanceof SVGElement;
    const [front, back] = [numbers(svg ? style.fill : style.color), behind(element)];
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    found[`${element.tagName}.${element.getAttribute("class") || ""}`] = ratio;
  }
  return found;
}"""


@dataclass
class Shown:
    """A page with what it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        """Nothing is to be loaded."""
        if not request.url.startswith("file:"):
            self.complaints.append(request.url)

    def visible(self, selector: str) -> int:
        """How many such elements are not hidden by a filter."""
        return self.page.locator(f"{selector}:not([hidden])").count()

    def focused(self) -> str:
        """The id or the text of what has the keyboard."""
        found: str = self.page.evaluate(
            "() => document.activeElement.id || document.activeElement.textContent.trim()"
        )
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "no Chromium on PATH"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    opened: list[Shown] = []

    def show(files: Any = CONVERGED, **options: Any) -> Shown:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        found = Shown(context.new_page())
        opened.append(found)
        found.page.on("console", lambda said: found.complaints.append(said.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda said: found.complaints.append(said.message))
        found.page.on("request", found.asked)
        folder = keep(tmp_path / str(len(opened)), files)
        path = folder / "report.html"
        night = night_in(folder)
        path.write_text(night_page(night) if night else page_of(kept_in(folder)), encoding="utf-8")
        found.page.goto(path.as_uri())
        return found

    yield show
    for one in opened:
        assert one.complaints == []
        one.page.context.close()


def test_the_content_is_there(shown: Any) -> None:
    page = shown().page
    assert page.locator("h1").inner_text() == "shop sufficient"
    assert page.locator(".matrix tbody tr").count() == len(EVIDENCE["permissions"])
    assert page.locator(".chart rect").count() == 2
    assert page.locator(".chart rect").first.bounding_box()["width"] > 100
    assert page.locator("#found").inner_text() == ""


def test_filters_and_search_narrow_what_is_shown(shown: Any) -> None:
    one = shown()
    one.page.select_option("#service", "iam")
    assert (one.visible(".matrix tr[data-find]"), one.visible(".statement")) == (1, 1)
    one.page.click("#clear")
    expect(one.page.locator("#found")).to_be_empty()
    assert one.visible(".matrix tr[data-find]") == 6
    one.page.select_option("#phase", label="remove")
    assert one.visible(".matrix tr[data-find]") == 1
    one.page.select_option("#phase", label="all")
    one.page.select_option("#certainty", label="upper bound")
    assert (one.visible(".matrix tr[data-find]"), one.visible(".refusals > li")) == (1, 0)
    one.page.select_option("#certainty", label="all")
    one.page.fill("#search", "DELETEBUCKET files")
    assert one.visible(".matrix tr[data-find]") == 1
    assert "entries shown" in one.page.locator("#found").inner_text()


def test_what_is_to_be_known_is_filtered_too(shown: Any) -> None:
    one = shown()
    one.page.select_option("#service", "ecr")
    assert one.page.locator(".note[id]:visible").evaluate_all("all => all.map(one => one.id)") == [
        "tolerated"
    ]
    one.page.select_option("#service", label="all")
    one.page.select_option("#certainty", "likely")
    assert one.page.locator("#unconfirmed li").is_visible()
    one.page.select_option("#certainty", label="all")
    one.page.select_option("#phase", label="remove")
    assert one.page.locator("#tolerated li").is_visible()
    assert not one.page.locator("#unconfirmed").is_visible()


def test_the_phases_stay_in_sight(shown: Any) -> None:
    many = [
        {**EVIDENCE["permissions"][2], "resource": f"arn:aws:s3:::files-{number}"} for number in range(60)
    ]
    page = shown({"evidence.json": {**EVIDENCE, "permissions": many}}).page
    page.evaluate("document.getElementById('p40').scrollIntoView()")
    filters, head = (page.locator(name).bounding_box() for name in (".filters", ".matrix thead th >> nth=1"))
    assert filters["y"] == 0
    assert 0 <= filters["height"] - head["y"] <= 2
    assert page.locator("#p40").bounding_box()["y"] >= head["y"] + head["height"]


def test_a_reason_leads_to_its_permission_although_a_filter_hides_it(shown: Any) -> None:
    one = shown()
    one.page.select_option("#certainty", label="likely")
    reason = one.page.locator(".statement:not([hidden]) .reasons a", has_text="s3:CreateBucket")
    reason.click()
    assert one.page.locator("tr:target").is_visible()


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("JSON", '"Sid": "S3Files"'),
        ("Terraform", "jsonencode"),
        ("CloudFormation", "AWSTemplateFormatVersion"),
    ],
)
def test_the_policy_is_copied(shown: Any, title: str, words: str) -> None:
    one = shown(permissions=["clipboard-read", "clipboard-write"])
    one.page.get_by_role("button", name=title, exact=True).click()
    expect(one.page.locator("#copied")).to_have_text(f"{title} copied")
    text = one.page.evaluate("navigator.clipboard.readText()")
    assert words in text
    if title == "JSON":
        assert json.loads(text) == POLICY


@pytest.mark.parametrize("name", [*RUNS, "a night"])
def test_no_sideways_scroll_on_a_phone(shown: Any, name: str) -> None:
    page = shown(RUNS.get(name, NIGHT), viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_long_names_are_read_on_a_phone(shown: Any) -> None:
    long = json.dumps(EVIDENCE).replace("shop", "x" * 300).replace("deploy", "y" * 300)
    page = shown({**CONVERGED, "evidence.json": long}, viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for part in (".matrix tbody th", ".matrix td:not(:empty)", ".statement pre", ".refusals > li"):
        assert page.locator(part).first.bounding_box()["width"] > 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["converged", "insufficient", "cut off", "a night"])
def test_every_text_has_contrast(shown: Any, name: str, scheme: str) -> None:
    page = shown(RUNS.get(name, NIGHT), color_scheme=scheme).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = page.evaluate(_CONTRASTS)
    assert len(found) > 15
    assert {where: ratio for where, ratio in found.items() if ratio < 4.5} == {}


def test_the_switch_wins_over_the_system_and_is_kept(shown: Any) -> None:
    page = shown(color_scheme="light").page

    def is_dark() -> bool:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor")) == "rgb(20, 23, 28)"

    assert not is_dark()
    page.click("#theme")
    page.click("#theme")
    assert is_dark()
    assert page.locator("#theme").inner_text() == "Theme: dark"
    page.reload()
    assert is_dark()


def test_the_keyboard_is_enough(shown: Any) -> None:
    one = shown()
    keys = one.page.keyboard
    keys.press("Tab")
    assert one.focused() == "Skip to the verdict"
    assert one.page.locator(".skip").bounding_box()["x"] >= 0
    keys.press("Enter")
    assert one.focused() == "main"
    keys.press("/")
    assert one.focused() == "search"
    keys.type("iam")
    assert one.visible(".matrix tr[data-find]") == 1
    seen = []
    for _ in range(6):
        keys.press("Tab")
        seen.append(one.focused())
        assert one.page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    assert seen == ["service", "phase", "certainty", "clear", "JSON", "Terraform"]
    keys.press("Enter")
    expect(one.page.locator("#copied")).not_to_be_empty()


def test_it_is_read_without_script(shown: Any) -> None:
    page = shown(java_script_enabled=False).page
    assert page.locator("h1").inner_text() == "shop sufficient"
    assert page.locator(".matrix tbody tr").last.is_visible()
    assert not page.locator(".filters").is_visible()
    assert not page.locator("#theme").is_visible()
    page.locator(".forms summary").first.click()
    assert page.locator("#form-json").is_visible()


def test_a_hostile_name_runs_nothing(shown: Any) -> None:
    plain = json.dumps([EVIDENCE, journal("converge")])
    for word in ("shop", "Files", "deploy", "is not authorized"):
        plain = plain.replace(word, json.dumps(_HOSTILE)[1:-1])
    evidence, rows = json.loads(plain)
    files = {"evidence.json": evidence, "policy.json": POLICY, "journal.jsonl": rows}
    page = shown(files).page
    page.select_option("#phase", index=1)
    page.fill("#search", _HOSTILE)
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("h1 .service").inner_text() == _HOSTILE


def test_a_night_is_filtered_and_leads_to_what_drifted(shown: Any) -> None:
    one = shown(NIGHT)
    assert one.page.locator("h1").inner_text() == "Baselines drifted"
    assert (one.visible(".services tbody tr"), one.visible(".drift tbody tr")) == (4, 3)
    one.page.select_option("#cause", "service")
    assert (one.visible(".services tbody tr"), one.visible(".drift tbody tr")) == (1, 1)
    one.page.click("#clear")
    expect(one.page.locator("#found")).to_be_empty()
    one.page.select_option("#outcome", label="inconclusive")
    assert (one.visible(".services tbody tr"), one.visible(".drift tbody tr")) == (1, 0)
    one.page.select_option("#outcome", label="all")
    one.page.keyboard.press("Escape")
    one.page.locator("body").click(position={"x": 1, "y": 1})
    one.page.keyboard.press("/")
    one.page.keyboard.type("getbuckettagging")
    assert (one.visible(".services tbody tr"), one.visible(".drift tbody tr")) == (0, 1)
    one.page.fill("#search", "mailer")
    assert (one.visible(".services tbody tr"), one.visible(".drift tbody tr")) == (1, 3)
    one.page.fill("#search", "2 came")
    assert not one.page.locator("article.of-service").first.is_visible()
    one.page.get_by_role("link", name="services/mailer").click()
    assert one.page.locator("article:target h3").inner_text() == "services/mailer"


def test_a_hostile_name_in_a_night_runs_nothing(shown: Any) -> None:
    plain = json.dumps(NIGHT)
    for word in ("services/mailer", "s3:GetBucketTagging", "plugin", "framework", "no network"):
        plain = plain.replace(word, json.dumps(_HOSTILE)[1:-1])
    page = shown(json.loads(plain)).page
    page.fill("#search", _HOSTILE)
    page.select_option("#cause", index=1)
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("article h3").first.inner_text() == _HOSTILE


def test_no_other_script_may_run(browser: Browser, tmp_path: Path) -> None:
    """Were a name to get through, the page's own policy would stop it."""
    text = page_of(kept_in(keep(tmp_path, CONVERGED)))
    path = tmp_path / "broken.html"
    path.write_text(text.replace("</main>", "<script>window.hit = 1</script></main>"), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("window.hit") is None
    page.close()
