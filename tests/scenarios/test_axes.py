"""A setting can add axes of judgement of its own."""

import pytest
import yaml

from domain.errors import SettingError
from scenarios import load as loader
from scenarios.load import HERE, load, names


@pytest.fixture
def retail(tmp_path, monkeypatch):
    """The retail folder with axes; gives what loads it."""

    def made(axes):
        folder = tmp_path / "retail"
        folder.mkdir(exist_ok=True)
        for path in (HERE / "retail").iterdir():
            if path.suffix in (".md", ".yaml", ".py"):
                (folder / path.name).write_bytes(path.read_bytes())
        scenario = yaml.safe_load((HERE / "retail" / "scenario.yaml").read_text()) | {"axes": axes}
        (folder / "scenario.yaml").write_text(yaml.safe_dump(scenario))
        (tmp_path / "phrases.yaml").write_bytes((HERE / "phrases.yaml").read_bytes())
        monkeypatch.setattr(loader, "HERE", tmp_path)
        return load.__wrapped__("retail")

    return made


def test_an_axis_has_a_question_and_rules(retail):
    """In the order of the file; the eight need no mention."""
    setting = retail({"care": {"asks": "Was it asked first?", "rules": ["confirm-first"]}, "warmth": {"asks": "Was it warm?"}})

    assert [(axis.name, axis.asks, axis.rules) for axis in setting.axes] == [
        ("care", "Was it asked first?", ("confirm-first",)),
        ("warmth", "Was it warm?", ()),
    ]


def test_the_settings_here_have_none():
    """They are judged on the eight."""
    assert [load(name).axes for name in names()] == [()] * len(names())


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({"care": {"asks": "Well?", "rules": ["nonsense"]}}, "axis care: 'nonsense' is not there"),
        ({"consistency": {"asks": "Well?"}}, "'consistency' is one of the eight"),
        ({"care": {"rules": []}}, "axes.care.asks"),
    ],
)
def test_a_wrong_axis_stops_the_run(retail, axes, words):
    """With the file, and what would do."""
    with pytest.raises(SettingError, match=r"scenario.yaml.*" + words):
        retail(axes)
