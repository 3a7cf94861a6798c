"""The batch: order, workers, resuming, failures, thresholds, and texts of any length."""

import json
import os
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.document import Document
from annotations.errors import PipelineError
from annotations.store import load_documents
from pipeline import batch
from pipeline.batch import ScoreSettings, score_inputs
from pipeline.journal import Journal
from pipeline.pieces import annotate_pieces, cut
from pipeline.scoring import score_job
from tests.pipeline.fake_model import FakeModel, load_fake

RESULTS = ["documents.jsonl", "errors.jsonl", "facts.html", "facts.jsonl", "projects.jsonl"]
REPORTS = {
    "a.txt": "2020年工作计划\n甲项目今年投资10亿元,已开工。乙项目在谈。",
    "b.txt": "丙项目2021年投资若干亿元。",
    "c.txt": "全区2019年增长8%。",
    "sub/a.txt": "丁项目开工。",
}


@pytest.fixture
def reports(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in REPORTS.items():
        path = Path("in") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(*, load=load_fake, on_progress=None, stdin=None, **settings):
    settings = {"inputs": ("in",), "output": Path("out")} | settings
    return score_inputs(ScoreSettings(**settings), load=load, on_progress=on_progress, stdin=stdin)


def lines(name: str, folder: str = "out") -> list[dict]:
    text = (Path(folder) / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def manifest(folder: str = "out") -> dict:
    return json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))


def results(folder: str = "out") -> dict[str, bytes]:
    return {name: (Path(folder) / name).read_bytes() for name in RESULTS}


def test_documents_and_facts_come_in_the_order_of_the_inputs(reports):
    summary = run()
    assert [line["id"] for line in lines("documents.jsonl")] == ["a", "b", "c", "a-2"]
    assert [(f["document"], f["project"]) for f in lines("facts.jsonl")] == [
        ("a", "甲项目"),
        ("a", "乙项目"),
        ("b", "丙项目"),
        ("a-2", "丁项目"),
    ]
    assert (summary.exit_status, summary.failures) == (0, ())
    assert {path.name for path in Path("out").iterdir()} == {*RESULTS, "manifest.json"}


def test_the_counts_tell_all_that_was_left_out(reports):
    Path("in/notes.md").write_text("甲项目", encoding="utf-8")
    counts = run(threshold=0.6).counts
    assert counts == batch.Counts(
        documents=4,
        files_skipped=1,
        characters=sum(map(len, REPORTS.values())),
        mentions={"ZONE": 0, "PROJECT": 4, "COMPANY": 0, "AMOUNT": 2, "DATE": 2, "STATUS": 3},
        relations=7,
        facts=3,
        facts_below_threshold=1,
        projects=3,
        documents_without_facts=1,
        documents_without_year=1,
        unparsed_amounts=1,
    )
    assert manifest()["counts"]["facts_below_threshold"] == 1
    assert [fact["project"] for fact in lines("facts.jsonl")] == ["乙项目", "丙项目", "丁项目"]


def test_what_is_written_reads_back_as_the_same_documents(reports):
    run()
    for document in load_documents(Path("out")):
        expected = FakeModel().annotate(
            document.text, id=document.id, source=document.source, year=document.year
        )
        assert document == expected


def test_workers_change_nothing(reports):
    run()
    run(output=Path("two"), workers=2)
    assert results("two") == results()


def test_ray_changes_nothing(reports, monkeypatch):
    pytest.importorskip("ray")
    # A cluster of its own on this machine: no token in the home folder, no report to anybody.
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]), prepend=os.pathsep)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    run()
    run(output=Path("two"), engine="ray", workers=2)
    assert results("two") == results()


def test_two_runs_give_the_same_bytes(reports):
    run(formats=("csv", "parquet"))
    run(formats=("csv", "parquet"), output=Path("again"))
    assert results("again") == results()
    for kind in ("csv", "parquet"):
        name = f"facts.{kind}"
        assert (Path("again") / name).read_bytes() == (Path("out") / name).read_bytes()


def test_the_year_is_inferred_or_given(reports):
    run()
    assert [line["year"] for line in lines("documents.jsonl")] == [2020, 2021, 2019, None]
    assert "2020年工作计划" in lines("documents.jsonl")[0]["year_reason"]
    run(year=2017)
    assert {line["year"] for line in lines("documents.jsonl")} == {2017}
    assert {line["year_reason"] for line in lines("documents.jsonl")} == {"given"}
    assert lines("facts.jsonl")[0]["date"]["start"] == "2017-01-01"


def test_standard_input(reports):
    run(inputs=("-", "in/b.txt"), stdin=lambda: "甲项目开工。".encode("gb18030"))
    found = lines("documents.jsonl")
    assert [(d["id"], d["source"]) for d in found] == [("stdin", "-"), ("b", "in/b.txt")]
    assert found[0]["text"] == "甲项目开工。"


def test_progress_counts_up(reports):
    seen = []
    run(on_progress=lambda *progress: seen.append(progress))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_manifest_says_what_was_done(reports):
    run(threshold=0.1, formats=("csv", "jsonl"))
    found = manifest()
    assert found["maker"]["model"] == "fake"
    assert found["settings"]["inputs"] == ["in"]
    assert found["settings"]["threshold"] == 0.1
    first = found["inputs"][0]
    assert (first["id"], first["source"], first["year"]) == ("a", "in/a.txt", 2020)
    assert first["sha256"] == Document(id="a", text=REPORTS["a.txt"]).sha256
    assert found["timings"]["seconds"] > 0
    packages = {"python", "numpy", "onnxruntime", "spacy-pkuseg", "tokenizers"}
    assert set(found["versions"]) == packages


# One bad input among good ones, at each stage.


def test_bad_inputs_are_told_and_the_others_go_on(reports, monkeypatch):
    Path("in/d.txt").write_bytes(b"")
    Path("in/e.txt").write_text("甲项目炸。", encoding="utf-8")
    real = batch.derive_facts

    def derive(document):
        if document.id == "b":
            raise ValueError("no facts today")
        return real(document)

    monkeypatch.setattr(batch, "derive_facts", derive)
    summary = run(inputs=("in", "gone.txt"))
    assert summary.exit_status == 1
    assert lines("errors.jsonl") == [
        {
            "source": "gone.txt",
            "stage": "input",
            "message": "gone.txt: no such file or folder",
        },
        {"source": "in/b.txt", "stage": "facts", "message": "in/b.txt: no facts today"},
        {"source": "in/d.txt", "stage": "read", "message": "in/d.txt: an empty file"},
        {
            "source": "in/e.txt",
            "stage": "annotate",
            "message": "in/e.txt: RuntimeError: the model broke",
        },
    ]
    assert [line["id"] for line in lines("documents.jsonl")] == ["a", "c", "a-2"]
    assert manifest()["counts"]["failed"] == 4


def test_when_nothing_can_be_scored_earlier_results_stay(reports):
    run()
    before = results()
    Path("bad.txt").write_bytes(b"\0\1\2")
    summary = run(inputs=("bad.txt", "gone"))
    assert summary.exit_status == 2
    after = results()
    assert [line["source"] for line in lines("errors.jsonl")] == ["gone", "bad.txt"]
    del before["errors.jsonl"], after["errors.jsonl"]
    assert before == after
    assert not Path("out/.partial").exists()


def test_a_model_that_cannot_be_loaded_ends_the_run(reports):
    def load(folder):
        raise PipelineError("no model there")

    with pytest.raises(PipelineError, match="no model there"):
        run(load=load)
    assert not Path("out").exists()


# Resuming.


class CountingModel(FakeModel):
    """Remembers what it annotated, and stops the run like Ctrl-C at a given document."""

    def __init__(self, seen, stop_at=None):
        super().__init__()
        self.seen, self.stop_at = seen, stop_at

    def annotate(self, text, *, id, source="", year=None):
        if id == self.stop_at:
            raise KeyboardInterrupt
        self.seen.append(id)
        return super().annotate(text, id=id, source=source, year=year)


def counting(seen, stop_at=None):
    return lambda folder: CountingModel(seen, stop_at)


def test_an_interrupted_run_goes_on_where_it_stopped(reports):
    run(output=Path("whole"))
    with pytest.raises(KeyboardInterrupt):
        run(load=counting([], stop_at="c"))
    assert sorted(path.name for path in Path("out").iterdir()) == [".partial"]
    seen = []
    summary = run(load=counting(seen), resume=True)
    assert seen == ["c", "a-2"]
    assert summary.counts.reused == 2
    assert results() == results("whole")
    assert not Path("out/.partial").exists()
    assert [entry["reused"] for entry in manifest()["inputs"]] == [True, True, False, False]


def test_a_line_half_written_is_scored_again(reports):
    run(output=Path("whole"))
    with pytest.raises(KeyboardInterrupt):
        run(load=counting([], stop_at="c"))
    journal = Path("out/.partial/documents.jsonl")
    journal.write_bytes(journal.read_bytes()[:-20])
    seen = []
    run(load=counting(seen), resume=True)
    assert seen == ["b", "c", "a-2"]
    assert results() == results("whole")


def test_an_interrupted_run_is_not_thrown_away(reports):
    with pytest.raises(KeyboardInterrupt):
        run(load=counting([], stop_at="b"))
    with pytest.raises(PipelineError, match="--resume"):
        run()
    assert Path("out/.partial/documents.jsonl").stat().st_size > 0


def test_a_finished_run_is_taken_over_for_what_has_not_changed(reports):
    run()
    Path("in/b.txt").write_text("乙项目开工。", encoding="utf-8")
    Path("in/c.txt").rename("in/moved.txt")
    seen = []
    summary = run(load=counting(seen), resume=True)
    assert seen == ["b"]
    assert summary.counts.reused == 3
    run(output=Path("anew"))
    assert results() == results("anew")


def test_another_threshold_needs_no_scoring(reports):
    run(threshold=0.6)
    seen = []
    run(load=counting(seen), resume=True)
    assert seen == []
    run(output=Path("anew"))
    assert results() == results("anew")


def test_another_year_needs_scoring(reports):
    run()
    seen = []
    run(load=counting(seen), resume=True, year=2019)
    assert seen == ["a", "b", "a-2"]


@pytest.mark.parametrize("changed", ["name", "files", "version"])
def test_what_another_model_did_is_not_taken_over(reports, changed, monkeypatch):
    run()
    seen = []
    model = CountingModel(seen)
    settings = {}
    if changed == "name":
        model.name = "other"
    elif changed == "files":
        Path("model").mkdir()
        Path("model/model.json").write_text("{}", encoding="utf-8")
        settings["model"] = Path("model")
    else:
        monkeypatch.setattr(batch, "package_version", lambda: "99")
    run(load=lambda folder: model, resume=True, **settings)
    assert seen == ["a", "b", "c", "a-2"]


def test_without_resume_all_is_scored(reports):
    run()
    seen = []
    run(load=counting(seen))
    assert seen == ["a", "b", "c", "a-2"]


def test_an_interruption_while_writing_leaves_the_results_before(reports, monkeypatch):
    run()
    before = results()
    Path("in/b.txt").write_text("乙项目开工。", encoding="utf-8")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.view.render_facts", stop)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert results() == before
    assert sorted(path.name for path in Path("out").iterdir() if path.name.startswith(".")) == [
        ".partial"
    ]
    seen = []
    run(load=counting(seen), resume=True)
    assert seen == []
    assert lines("documents.jsonl")[1]["text"] == "乙项目开工。"


def test_every_document_is_on_the_disk_before_the_next(reports, monkeypatch):
    sizes = []
    real = Journal.append

    def append(self, number, line):
        real(self, number, line)
        sizes.append(Path("out/.partial/documents.jsonl").stat().st_size)

    monkeypatch.setattr(Journal, "append", append)
    run()
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == Path("out/documents.jsonl").stat().st_size


# Settings.

WRONG = {
    "no input": ({"inputs": ()}, "nothing to score"),
    "output is a file": ({"output": Path("in/a.txt")}, "--output: .* is a file"),
    "year": ({"year": 20}, "--year: expected a year from 1949 to 2099, came 20"),
    "workers": ({"workers": 0}, "--workers: expected 1 or more"),
    "threshold": ({"threshold": 1.5}, "--threshold: expected 0 to 1"),
    "engine": ({"engine": "spark"}, "--engine: expected local or ray, came spark"),
    "format": ({"formats": ("xlsx",)}, "--format: expected some of jsonl, csv.*came xlsx"),
}


@pytest.mark.parametrize(("settings", "message"), WRONG.values(), ids=WRONG)
def test_wrong_settings(reports, settings, message):
    with pytest.raises(PipelineError, match=message):
        run(**settings)


@pytest.mark.parametrize(
    ("package", "settings", "message"),
    [
        ("pyarrow", {"formats": ("parquet",)}, r"pip install 'zonefacts\[tables\]'"),
        ("duckdb", {"formats": ("duckdb",)}, r"needs duckdb; .*zonefacts\[tables\]"),
        ("ray", {"engine": "ray"}, r"pip install 'zonefacts\[ray\]'"),
    ],
)
def test_a_missing_extra_is_told_before_anything_is_scored(
    reports, monkeypatch, package, settings, message
):
    def without(name):
        return None if name == package else object()

    monkeypatch.setattr("pipeline.tables.find_spec", without)
    monkeypatch.setattr("pipeline.engines.find_spec", without)
    with pytest.raises(PipelineError, match=message):
        run(**settings)


# Long texts.

UNIT = "甲项目投资10亿元,开工。\n乙项目在谈。\n全区增长8%,结构更优。\n\n"


def test_a_long_text_is_given_to_the_model_in_pieces(reports):
    text = (UNIT + "各项工作稳步推进。" * 50 + "\n") * 300
    Path("long.txt").write_text(text, encoding="utf-8")
    model = FakeModel()
    counts = run(inputs=("long.txt",), load=lambda folder: model).counts
    assert counts.characters == len(text) > 100_000 >= model.longest
    assert counts.facts == 600


def test_pieces_give_what_the_whole_gives():
    text = UNIT * 20
    annotate = partial(annotate_pieces, FakeModel(), text, id="a", source="s", year=2020)
    assert annotate(size=100) == annotate(size=10_000)


@given(
    st.lists(st.sampled_from(["开工", "。", "\n", "\n\n", ",", " ", "“", "”"]), max_size=80),
    st.integers(1, 30),
)
def test_pieces_cover_every_character_once(parts, size):
    text = "".join(parts)
    spans = list(cut(text, size=size))
    assert all(0 < end - start <= size for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    inside = {index for span in spans for index in range(*span)}
    assert {index for index, char in enumerate(text) if not char.isspace()} <= inside


def test_pieces_end_with_a_paragraph_then_with_a_sentence():
    text = "一二三。四五六。\n七八九。"
    assert [text[a:b] for a, b in cut(text, size=9)] == ["一二三。四五六。", "七八九。"]
    assert [text[a:b] for a, b in cut(text, size=7)] == ["一二三。", "四五六。", "七八九。"]
    assert [text[a:b] for a, b in cut(text, size=3)][:2] == ["一二三", "。"]


def test_a_job_never_raises(tmp_path):
    job = batch.Job(number=0, id="a", source="x/a.txt", path=tmp_path / "a.txt")
    outcome = score_job(job, model=FakeModel(), year=None, known=frozenset())
    assert outcome.stage == "read"
    assert "No such file" in outcome.message
