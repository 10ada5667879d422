"""Building the screens with the Node.js of the wheel: once, again after a change, and with a reason when it fails."""

import json
from pathlib import Path

import pytest

from app.cli import screens

BUILD = "require('fs').mkdirSync('dist',{recursive:true});require('fs').appendFileSync('dist/index.html','built ')"
CLIENT = "require('fs').mkdirSync('src/api/generated',{recursive:true})"


def write_package(folder: Path, dependencies: dict[str, str], build: str = BUILD) -> None:
    package = {"name": "screens", "version": "1.0.0", "dependencies": dependencies}
    scripts = {"build": f'node -e "{build}"', "client": f'node -e "{CLIENT}"'}
    (folder / "package.json").write_text(json.dumps(package | {"scripts": scripts}))
    packages = {"": package} | {f"node_modules/{name}": {"version": v} for name, v in dependencies.items()}
    (folder / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project without packages, which is built without a network and without a Node.js of this machine."""
    frontend, tools = tmp_path / "frontend", tmp_path / "tools"
    frontend.mkdir()
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    monkeypatch.setattr(screens, "FRONTEND", frontend)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    write_package(frontend, {})
    return frontend


def test_screens_are_built_once_and_again_after_a_change(frontend: Path) -> None:
    assert screens.needs_build()
    screens.build()
    screens.build()
    assert (frontend / "dist/index.html").read_text() == "built "
    (frontend / "src/main.ts").write_text("1")
    assert screens.needs_build()
    screens.build()
    assert (frontend / "dist/index.html").read_text() == "built built "
    assert not screens.needs_build()


def test_without_the_registry_the_error_names_it_in_one_line(frontend: Path) -> None:
    write_package(frontend, {"react": "19.3.1"})
    with pytest.raises(screens.ScreensError, match=r"npm registry \(.*ECONNREFUSED") as refused:
        screens.build()
    assert "\n" not in str(refused.value)
    assert screens.needs_build()


def test_a_build_that_fails_tells_its_error_and_is_tried_again(frontend: Path) -> None:
    write_package(frontend, {}, build="throw new Error('no lotus')")
    with pytest.raises(screens.ScreensError, match="no lotus"):
        screens.build()
    assert screens.needs_build()


def test_a_release_without_sources_has_nothing_to_build(frontend: Path) -> None:
    (frontend / "package.json").unlink()
    assert not screens.needs_build()
