"""Open pages of the studio and save images of them, to look at.

    python -m tests.studio.shots '#/create' '#/library' --out /tmp/shots --size 390x844 --language hi --scheme dark

Without --url it serves a studio in a new home while it runs. Steps run after a page opened, in their order:
--click NAME (a button, link, tab or choice by its name), --fill LABEL=TEXT, --press KEY, --wait TEXT (until it shows).
It prints the path of each image, and every fault and barrier (axe-core) that it finds.
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.studio.accessibility import find_barriers
from tests.studio.browser import open_context, start_browser
from tests.studio.drawing import wait_until_drawn
from tests.studio.faults import Faults
from tests.studio.server import FOX_PLAN, serve_studio

_QUIET_MS = 400
"""The wait for what is drawn after the last answer, such as an image."""
_ROLES = ("button", "link", "tab", "radio", "checkbox", "menuitem", "option")


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("routes", nargs="+", help="such as '#/create'; '#/job/JOB' is a finished video of a new home")
    parser.add_argument("--url", help="of a running studio: http://127.0.0.1:8080/studio/")
    parser.add_argument("--out", type=Path, default=Path("/tmp/shots"))
    parser.add_argument(
        "--size", action="append", help="WIDTHxHEIGHT; default 1280x800; may be repeated, as the next two"
    )
    parser.add_argument("--language", action="append", choices=["en", "hi"])
    parser.add_argument("--scheme", action="append", choices=["light", "dark"])
    parser.add_argument("--key", help="an API key to sign in with")
    parser.add_argument("--whole", action="store_true", help="the whole page, not only its visible part")
    parser.add_argument("--no-axe", action="store_true", help="do not look for barriers")
    for name in ("click", "fill", "press", "wait"):
        parser.add_argument(f"--{name}", action=_AddStep)
    return parser.parse_args(arguments)


class _AddStep(argparse.Action):
    """Keep the steps of all kinds in one list, in their order."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        steps = getattr(namespace, "steps", None) or []
        namespace.steps = [*steps, (self.dest, str(values))]


def run_step(page: Page, kind: str, value: str) -> None:
    """Do what a user would do."""
    if kind == "press":
        page.keyboard.press(value)
    elif kind == "wait":
        page.get_by_text(value).first.wait_for()
    elif kind == "fill":
        label, _, text = value.partition("=")
        page.get_by_label(label).first.fill(text)
    else:
        named = [page.get_by_role(role, name=value) for role in _ROLES]  # type: ignore[arg-type] # roles of a tuple
        element = next((one for one in named if one.count()), page.get_by_text(value))
        element.first.click()


def take_shot(browser: Browser, options: argparse.Namespace, route: str, look: tuple[str, str, str]) -> None:
    """Open ``route``, run the steps, and save the image."""
    size, language, scheme = look
    width, height = map(int, size.split("x"))
    faults = Faults()
    with open_context(browser, options.url, (width, height), language, scheme) as context:  # type: ignore[arg-type] # argparse checked them
        faults.watch(context)
        if options.key:
            context.add_init_script(f"sessionStorage.setItem('sutradhar.key', '{options.key}')")
        page = context.new_page()
        page.goto(route)
        page.get_by_role("heading", level=1).wait_for()
        try:
            for kind, value in getattr(options, "steps", None) or []:
                run_step(page, kind, value)
        except Error as error:
            print(f"step failed: {error.message.splitlines()[0]}")
        wait_until_drawn(page)
        page.wait_for_timeout(_QUIET_MS)
        name = re.sub(r"\W+", "-", route).strip("-") or "start"
        path = options.out / f"{name}-{size}-{language}-{scheme}.png"
        page.screenshot(path=path, full_page=options.whole, animations="disabled")
        print(path)
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        lines = faults.lines + ([f"the page is {wide} pixels wider than its window"] if wide > 0 else [])
        for line in lines + ([] if options.no_axe else find_barriers(page)):
            print("  !", line)


def main() -> None:
    options = read_arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        if options.url is None:
            server = stack.enter_context(serve_studio(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
            options.url = server.url
            if any("JOB" in route for route in options.routes):
                job_id = server.create_job(FOX_PLAN)
                server.finish_job(job_id)
                options.routes = [route.replace("JOB", job_id) for route in options.routes]
        browser = stack.enter_context(start_browser())
        for route in options.routes:
            for size in options.size or ["1280x800"]:
                for language in options.language or ["en"]:
                    for scheme in options.scheme or ["light"]:
                        take_shot(browser, options, route, (size, language, scheme))


if __name__ == "__main__":
    main()
