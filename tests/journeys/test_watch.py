"""The listener beside the stories hears what it is there for; the policy is the one that our pages carry."""

import pytest
from playwright.sync_api import Playwright, Route

from baoming.config import settings
from launcher.tools import chromium
from tests.journeys.conftest import FLAGS
from tests.journeys.watch import Watch

pytestmark = pytest.mark.journey
POLICY = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.content_policy("candidate").items())
SOUND = "<p id=place>报名</p>"


@pytest.mark.parametrize(
    ("body", "script", "fault"),
    [
        (SOUND, "document.title = '报名';", ""),
        (f"{SOUND}<script>1</script>", "", "forbidden"),
        (f"{SOUND}<p style='color: red'>x</p>", "", "forbidden"),
        (f"{SOUND}<img src='https://elsewhere.example/x.png'>", "", "forbidden"),
        (SOUND, "document.getElementById('place').innerHTML = '<b>x</b>';", "forbidden"),
        (SOUND, "setTimeout('1', 0);", "forbidden"),
        (SOUND, "trustedTypes.createPolicy('worker', {});", ""),
        (SOUND, "trustedTypes.createPolicy('other', {});", "forbidden"),
        (SOUND, "trustedTypes.createPolicy('worker', {}); trustedTypes.createPolicy('worker', {});", "forbidden"),
        (SOUND, "setTimeout(() => { location.href = 'https://elsewhere.example/'; }, 50);", "another host"),
    ],
)
def test_each_fault_is_heard(playwright: Playwright, body: str, script: str, fault: str) -> None:
    browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    context = browser.new_context()
    watch = Watch(context)

    def answer(route: Route) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(body=script, content_type="text/javascript")
        else:
            page = f"<!doctype html><meta charset=utf-8><body>{body}<script src=/x.js></script>"
            route.fulfill(body=page, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    context.route("**/*", answer)
    page = context.new_page()
    page.goto("http://127.0.0.1:9/")
    page.wait_for_timeout(200)
    browser.close()
    assert [found.split(":")[0] for found in watch.faults][:1] == [fault][: bool(fault)]
