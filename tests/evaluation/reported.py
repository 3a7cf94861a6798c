"""Two small systems on two small documents, with an error of nearly every kind."""

from collections.abc import Sequence
from dataclasses import replace

from annotations.document import Document
from evaluation.compare import compare
from evaluation.evaluate import evaluate
from evaluation.learning import learning_curves
from evaluation.model import Evaluation, LearningPoint
from evaluation.report_runs import ReportInput, Run
from tests.pipeline.marked import marked

EAST_GOLD = marked(
    "[[Z1|东区]]总投资[[A1|390亿元]]的[[P1|甲产业园]]，[[S1|开工]]。\n"
    "[[P2|乙项目]][[S2|签约]]，签约资金[[A2|3000万元]]；"
    "[[P3|丙学校]]投资[[A3|5亿元]]，将[[S3|建成]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P2 ContractedInvestment A2;"
    " P2 HasStatus S2; P3 HasStatus S3; P3 TotalInvestment A3;"
    " S1 under_construction actual; S2 signed actual;"
    " S3 completed future",
    name="east",
    source="reports/east.txt",
)
# Boundary of the first project, the zone as a company, a wrong role, a wrong owner, a wrong class.
EAST_A = marked(
    "[[C1|东区]]总投资[[A1|390亿元]]的甲[[P1|产业园]]，[[S1|开工]]。\n"
    "[[P2|乙项目]][[S2|签约]]，签约资金[[A2|3000万元]]；"
    "[[P3|丙学校]]投资[[A3|5亿元]]，将[[S3|建成]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; P2 TotalInvestment A2;"
    " P3 HasStatus S2; P3 HasStatus S3; P3 TotalInvestment A3;"
    " S1 under_construction actual; S2 signed actual;"
    " S3 operating future",
    name="east",
)
# All right but for one spurious date.
EAST_B = marked(
    "[[Z1|东区]]总投资[[A1|390亿元]]的[[P1|甲产业园]]，[[S1|开工]]。\n"
    "[[P2|乙项目]][[S2|签约]]，签约[[D1|资金]][[A2|3000万元]]；"
    "[[P3|丙学校]]投资[[A3|5亿元]]，将[[S3|建成]]。",
    "P1 TotalInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P2 ContractedInvestment A2;"
    " P2 HasStatus S2; P3 HasStatus S3; P3 TotalInvestment A3;"
    " S1 under_construction actual; S2 signed actual;"
    " S3 completed future",
    name="east",
)
WEST_GOLD = marked(
    "🏭[[C1|戊集团]]的[[P1|5个项目]][[D1|今年]]在[[Z1|西区]][[S1|落地]]，完成投资[[A1|近5亿元]]。",
    "P1 CompletedInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P1 OwnedBy C1; P1 When D1;"
    " S1 signed actual",
    name="west",
)
# The company is missed in both; A has the date, B does not.
WEST_A = marked(
    "🏭戊集团的[[P1|5个项目]][[D1|今年]]在[[Z1|西区]][[S1|落地]]，完成投资[[A1|近5亿元]]。",
    "P1 CompletedInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; P1 When D1; S1 signed actual",
    name="west",
)
WEST_B = marked(
    "🏭戊集团的[[P1|5个项目]]今年在[[Z1|西区]][[S1|落地]]，完成投资[[A1|近5亿元]]。",
    "P1 CompletedInvestment A1; P1 HasStatus S1; P1 LocatedIn Z1; S1 signed actual",
    name="west",
)
GOLD = (EAST_GOLD, WEST_GOLD)
LEARNING = tuple(
    LearningPoint(n_documents=n, n_characters=1400 * n, seed=seed, f1=0.8 - 1 / n + seed / 100)
    for n in (5, 10, 20)
    for seed in (1, 2)
)


def scored(name: str, predicted: Sequence[Document], *, step: float = 0.0) -> Evaluation:
    """An evaluation of some predictions, with scores that fall by a step from mention to mention.

    The first mention of a document has the score 1, relations that of their tail.
    """
    return evaluate(GOLD, [_falling(document, step) for document in predicted], name=name)


def report_of(*evaluations: Evaluation, learning: Sequence[LearningPoint] = ()) -> ReportInput:
    """A report, compared where there are two."""
    return ReportInput(
        runs=tuple(
            Run(evaluation=one, learning=learning_curves(learning) if learning else ())
            for one in evaluations
        ),
        comparison=compare(*evaluations, rounds=99) if len(evaluations) == 2 else None,
    )


def system_a() -> Evaluation:
    """The worse system."""
    return scored("A", (EAST_A, WEST_A), step=0.08)


def system_b() -> Evaluation:
    """The better system."""
    return scored("B", (EAST_B, WEST_B), step=0.05)


def _falling(document: Document, step: float) -> Document:
    mentions = tuple(
        replace(mention, score=round(1 - step * n, 3))
        for n, mention in enumerate(sorted(document.mentions, key=lambda m: m.span))
    )
    score = {mention.id: mention.score for mention in mentions}
    relations = tuple(replace(r, score=score[r.tail]) for r in document.relations)
    return replace(document, mentions=mentions, relations=relations)
