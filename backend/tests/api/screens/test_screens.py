"""The built screens over HTTP: one page for all client routes, files that browsers may keep, and a strict policy."""

import gzip
from pathlib import Path

import httpx2
import pytest

from app.api import screens
from app.core.config import settings
from tests.support.http import refusal

PAGE = '<!doctype html><script type="module" src="/assets/index-1a2b.js"></script>'
WORKER = "self.addEventListener('fetch', () => {})"
MANIFEST_TYPE = "application/manifest+json"
SCRIPT = "console.log('sen')\n" * 100


def serve_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "settings", settings.model_copy(update={"SCREENS_DIR": folder}))


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    serve_from(tmp_path, monkeypatch)
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "assets" / "index-1a2b.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "worker.js").write_text(WORKER, encoding="utf-8")
    (tmp_path / "me" / "icons").mkdir(parents=True)
    (tmp_path / "me" / "manifest.webmanifest").write_text('{"start_url": "/me"}', encoding="utf-8")
    (tmp_path / "me" / "icons" / "192.png").write_bytes(b"png")
    (tmp_path / ".hash").write_text("secret", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/", "/desk/board/2027-02-06", "/desk/%3Cimg%3E", "/me", "/me/leave"]
)
async def test_every_client_route_is_the_page(stranger: httpx2.AsyncClient, dist: Path, path: str) -> None:
    response = await stranger.get(path)
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers.get_list("cache-control") == ["no-cache"]
    again = await stranger.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_policy_allows_no_inline_script_or_style_and_no_other_host(
    stranger: httpx2.AsyncClient, dist: Path
) -> None:
    for path in ("/desk", "/assets/index-1a2b.js"):
        [policy] = (await stranger.get(path)).headers.get_list("content-security-policy")
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert not any(word in policy for word in ("unsafe", "data:", "http", "*"))


@pytest.mark.parametrize("scope", ["/desk", "/me"])
async def test_the_service_worker_is_asked_for_again_and_may_show_every_page_of_its_scope(
    stranger: httpx2.AsyncClient, dist: Path, scope: str
) -> None:
    response = await stranger.get(f"{scope}/worker.js")
    assert (response.status_code, response.text) == (200, WORKER)
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers.get_list("cache-control") == ["no-cache"]
    assert response.headers["service-worker-allowed"] == scope
    [policy] = response.headers.get_list("content-security-policy")
    assert "connect-src 'self'" in policy
    (dist / "worker.js").unlink()
    (dist / "index.html").write_text(PAGE + " ", encoding="utf-8")
    refusal(await stranger.get(f"{scope}/worker.js"), 404, "NOT_FOUND")


async def test_a_phone_gets_the_manifest_and_its_icons(stranger: httpx2.AsyncClient, dist: Path) -> None:
    manifest = await stranger.get("/me/manifest.webmanifest")
    assert (manifest.json(), manifest.headers["content-type"]) == ({"start_url": "/me"}, MANIFEST_TYPE)
    icon = await stranger.get("/me/icons/192.png")
    assert (icon.content, icon.headers["content-type"]) == (b"png", "image/png")
    for response in (manifest, icon):
        assert response.headers.get_list("cache-control") == ["no-cache"]
        [policy] = response.headers.get_list("content-security-policy")
        assert "manifest-src 'self'" in policy
    refusal(await stranger.get("/me/icons/nothing.png"), 404, "NOT_FOUND")


async def test_files_may_be_kept_for_ever_and_are_compressed(
    stranger: httpx2.AsyncClient, dist: Path
) -> None:
    response = await stranger.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert response.text == SCRIPT
    assert response.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert "javascript" in response.headers["content-type"]
    assert int(response.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0))
    plain = await stranger.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, plain.headers.get("content-encoding")) == (SCRIPT, None)


@pytest.mark.parametrize("path", ["index-0000.js", "../index.html", "..%2F.hash", "%2e%2e/.hash", ""])
async def test_nothing_but_the_files_of_the_build_is_served(
    stranger: httpx2.AsyncClient, dist: Path, path: str
) -> None:
    refusal(await stranger.get(f"/assets/{path}"), 404, "NOT_FOUND")


async def test_a_new_build_is_served_without_a_restart(stranger: httpx2.AsyncClient, dist: Path) -> None:
    await stranger.get("/desk")
    (dist / "assets" / "index-3c4d.js").write_text("2", encoding="utf-8")
    (dist / "index.html").write_text(PAGE.replace("1a2b", "3c4d"), encoding="utf-8")
    assert "3c4d" in (await stranger.get("/desk")).text
    assert (await stranger.get("/assets/index-3c4d.js")).text == "2"


async def test_without_a_build_the_page_says_how_to_get_one(
    stranger: httpx2.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_from(tmp_path / "nothing", monkeypatch)
    response = await stranger.get("/desk")
    assert response.status_code == 503
    assert "zenspa screens build" in response.text
    assert (await stranger.get("/")).json()["status"] == "running"


async def test_the_api_keeps_its_own_paths(stranger: httpx2.AsyncClient, dist: Path) -> None:
    assert (await stranger.get("/")).json()["service"] == "ZenSpa Backend"
    browser = await stranger.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["Location"], browser.headers["Vary"]) == (
        307,
        "/desk",
        "Accept",
    )
    refusal(await stranger.get("/api/v1/nothing"), 404, "NOT_FOUND")
    refusal(await stranger.post("/desk"), 405, "METHOD_NOT_ALLOWED")
