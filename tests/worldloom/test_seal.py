"""``worldloom seal``: the run's other commands go on as before, without the log that was sealed."""

import shutil

from tests.worldloom.test_generate import contents


def test_a_sealed_run_is_read_like_any_other(worldloom, made, tmp_path):
    """Sealed, its first log thrown away, moved elsewhere: verified, shown, sliced and exported, with the same bytes."""
    shutil.copytree(made, tmp_path / "out")
    before = contents(made)
    shown = worldloom("show", 3, "--out", made).out
    sliced = worldloom("slice", "--out", tmp_path / "out", "--json").out
    assert worldloom("seal", tmp_path / "out").code == 0
    shutil.rmtree(tmp_path / "out" / "log")
    shutil.rmtree(tmp_path / "out" / "dataset")
    out = (tmp_path / "out").rename(tmp_path / "moved")

    assert worldloom("export", "--out", out).code == 0
    assert contents(out) == before
    assert worldloom("show", 3, "--out", out).out == shown
    assert worldloom("slice", "--out", out, "--json").out == sliced
    checked = worldloom("verify", out)
    assert "no problem(s); the run is finished" in checked.out, checked.out
    worldloom("seal", out).fails_with("sealed already", "--to")
    worldloom("fork", 0, "--at", 3, "--out", out).fails_with("is sealed and takes no more")
    worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out", out).fails_with("is sealed and takes no more")


def test_a_run_is_sealed_to_a_uri(worldloom, made, tmp_path):
    """The manifest holds the URI, and a sealed log is sealed again like any other."""
    shutil.copytree(made, tmp_path / "out")
    for name in ("one", "two"):
        assert worldloom("seal", tmp_path / "out", "--to", f"file://{tmp_path}/{name}").code == 0
        assert f"file://{tmp_path}/{name}" in (tmp_path / "out" / "manifest.json").read_text()

    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert worldloom("verify", tmp_path / "out").code == 0


def test_what_cannot_be_sealed_is_one_line(worldloom, made, tmp_path):
    """The run stays as it is."""
    shutil.copytree(made, tmp_path / "out")
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    (tmp_path / "file").write_text("in the way")

    worldloom("seal", tmp_path / "nowhere").fails_with("there is no such folder")
    worldloom("seal", tmp_path / "out", "--to", "pigeon://roof").fails_with("pigeon", "name a folder, or a URI")
    worldloom("seal", tmp_path / "out", "--to", "s3://key:hunter2@bucket/run").fails_with("holds a secret")
    worldloom("seal", tmp_path / "out", "--to", tmp_path / "file").fails_with("file")

    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
