"""gradviz finds its own files, and says which one it did not find."""

from pathlib import Path

import pytest

from gradviz import assets

REPO = Path(__file__).resolve().parent.parent


def test_a_checkout_reads_its_own_resources_folder() -> None:
    assert assets.resource_dir() == REPO / "resources"
    assert assets.resource_path("fonts", "Inter-Regular.ttf").stat().st_size > 100_000
    assert assets.resource_path("icons").is_dir()


def test_an_installed_copy_reads_the_resources_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "gradviz"
    (package / "resources" / "lessons").mkdir(parents=True)
    (tmp_path / "site-packages" / "resources").mkdir()  # of some other package
    monkeypatch.setattr(assets, "_PACKAGE", package)

    assert assets.resource_path("lessons") == package / "resources" / "lessons"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(assets.MissingResourceError) as caught:
        assets.resource_path("icons", "no-such-icon.svg")

    missing = REPO / "resources" / "icons" / "no-such-icon.svg"
    assert str(caught.value) == (
        f"One of gradviz's own files is missing: {missing}. Install gradviz again."
    )


def test_a_missing_resources_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "gradviz")

    with pytest.raises(assets.MissingResourceError) as caught:
        assets.resource_dir()

    assert str(caught.value) == (
        "gradviz's own files are missing: there is no "
        f"{tmp_path / 'gradviz' / 'resources'}. Install gradviz again."
    )
