"""Look at one page as everybody may meet it: light and dark, at a desk and on a phone."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = {1440: 900, 390: 844}
SCRIPT = Axe().axe_script
# A theme changes colours and nothing else.
RULES = {"light": None, "dark": ["color-contrast"]}
DARK_DESK = (1440, "dark")
RUN = """rules => axe.run(document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}).then(found =>
    found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.target.join(" ")}`)))"""
THEME = "theme => { document.documentElement.dataset.bsTheme = theme; }"
OVERFLOW = """() => {
    const root = document.documentElement, most = root.clientWidth;
    if (root.scrollWidth - most <= 1) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > most + 1);
    const which = wide.slice(0, 3).map(one => one.outerHTML.slice(0, 80)).join(" ");
    return [`overflow ${root.scrollWidth - most}px: ${which}`];
}"""


def faults_of(page: Page, *, again: bool = False) -> list[str]:
    """What axe finds, and whatever is wider than the window, each with the size and theme it shows at.

    `again`: somebody else looked at this page before; its colours in the dark are looked at on the phone alone.
    """
    page.evaluate(SCRIPT)
    found = []
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{width}: {fault}" for fault in page.evaluate(OVERFLOW)]
        for theme, rules in RULES.items():
            if again and (width, theme) == DARK_DESK:
                continue
            page.evaluate(THEME, theme)
            found += [f"{width} {theme}: {fault}" for fault in page.evaluate(RUN, rules)]
    page.evaluate(THEME, "light")
    return found
