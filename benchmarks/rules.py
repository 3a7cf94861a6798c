"""How often what words tell is what annotators found.

Run:  python benchmarks/rules.py [--split development]
It needs the extra train, and the texts that `zonefacts corpus link` fetches.

The rules of the pipeline are asked about annotated mentions, so that no tagger's mistake counts.
They were written with the train split in view; the development split tells whether they hold.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from annotations.document import Document, Mention
from pipeline.enumerations import owners_in_step
from pipeline.lines import join_lines
from pipeline.pairs import MAX_GAP
from pipeline.rules.borders import set_borders
from pipeline.rules.builders import name_investors, told_builders
from pipeline.rules.owners import completed_sums, sums_of_nobody, told_owners
from pipeline.rules.sites import told_days, told_sites
from pipeline.rules.statuses import is_denied, told_class, told_modality
from pipeline.rules.topics import told_topics
from training.data import load_split

ROOT = Path(__file__).parents[1]
FOLDERS = ("annotations/gold/seeds", "annotations/gold/reports", "corpus/authored")

# For each mention that a rule speaks about, whether it is right.
Rule = Callable[[Document], Iterator[bool]]


def statuses(document: Document) -> Iterator[Mention]:
    """The mentions that have a class and a modality."""
    yield from (m for m in document.mentions if m.id in document.status)


def modality(document: Document) -> Iterator[bool]:
    """将于6月开工 is future, 已开工 actual."""
    for m in statuses(document):
        if told := told_modality(document.text, *m.span, year=document.year):
            yield told == document.status[m.id].modality


def status_class(document: Document) -> Iterator[bool]:
    """建成投产 is operating."""
    for m in statuses(document):
        if told := told_class(document.text, *m.span):
            yield told == document.status[m.id].status_class


def denied(document: Document) -> Iterator[bool]:
    """尚未开工 is no status: each annotated one that would be taken for it counts against this."""
    yield from (not is_denied(document.text, *m.span) for m in statuses(document))


def borders(document: Document) -> Iterator[bool]:
    """No annotated mention is cut or dropped."""
    for m in document.mentions:
        yield set_borders(document.text, m.label, *m.span) == m.span


def investors(document: Document) -> Iterator[bool]:
    """甲投资5亿元的乙项目: no annotated PROJECT becomes a COMPANY."""
    ordered = sorted(document.mentions, key=lambda m: m.span)
    named = name_investors(document.text, ordered)
    for m, found in zip(ordered, named, strict=True):
        if m.label == "PROJECT":
            yield found == m


def linked(document: Document, told: Mapping[int, int], *types: str) -> Iterator[bool]:
    """Whether the told head of each tail, both by index, is linked to it."""
    pairs = {(r.head, r.tail) for r in document.relations if not types or r.type in types}
    for tail, head in told.items():
        yield (document.mentions[head].id, document.mentions[tail].id) in pairs


def owners(document: Document) -> Iterator[bool]:
    """甲项目（总投资3亿元）, 投资3亿元建设的甲项目, 甲项目开工，总投资3亿元."""
    nobodys = sums_of_nobody(document.text, document.mentions)
    told = told_owners(document.text, document.mentions, nobodys=nobodys)
    yield from linked(document, told)


def builders(document: Document) -> Iterator[bool]:
    """乙公司承建的甲项目, 甲项目由乙公司投资建设."""
    yield from linked(document, told_builders(document.text, document.mentions), "OwnedBy")


def sites(document: Document) -> Iterator[bool]:
    """甲项目位于高新区, 高新区内的甲项目."""
    for head, tail in told_sites(document.text, document.mentions):
        yield from linked(document, {tail: head}, "LocatedIn")


def days(document: Document) -> Iterator[bool]:
    """2023年3月，甲项目开工."""
    for head, tail in told_days(document.text, document.mentions):
        yield from linked(document, {tail: head}, "When")


def topics(document: Document) -> Iterator[bool]:
    """甲项目。总投资3亿元，已开工: of what is linked at all."""
    tails = {r.tail for r in document.relations}
    told = told_topics(document.text, document.mentions)
    yield from linked(document, {t: h for t, h in told.items() if document.mentions[t].id in tails})


def in_step(document: Document) -> Iterator[bool]:
    """甲、乙总投资分别为3亿元、2亿元: of the lists with an annotated relation at all."""
    tails = {r.tail for r in document.relations}
    for told in owners_in_step(document.text, document.mentions, reach=MAX_GAP):
        if any(document.mentions[tail].id in tails for tail in told):
            yield from linked(document, told)


def completed(document: Document) -> Iterator[bool]:
    """完成投资3亿元 of the one project that this is said of."""
    indices = {m.id: n for n, m in enumerate(document.mentions)}
    for tail, status in completed_sums(document.text, document.mentions).items():
        heads = [r.head for r in document.relations if r.tail == document.mentions[status].id]
        if len(heads) == 1:
            yield from linked(document, {tail: indices[heads[0]]}, "CompletedInvestment")


def nobody(document: Document) -> Iterator[bool]:
    """注册资本1亿元, 年产值3亿元, 2亿美元（折合人民币14亿元）."""
    tails = {r.tail for r in document.relations}
    for tail in sums_of_nobody(document.text, document.mentions):
        yield document.mentions[tail].id not in tails


RULES: dict[str, Rule] = {
    "modality of a status by words and years (将, 已, 去年)": modality,
    "class of a status by its last stage (建成投产)": status_class,
    "statuses that are not taken for denied (尚未开工)": denied,
    "mentions whose borders are left as they are": borders,
    "projects that are not taken for investors": investors,
    "project of a sum by its words (总投资3亿元的甲项目)": owners,
    "project of a sum, a date or a status in step (分别)": in_step,
    "project of a sum behind 完成投资": completed,
    "project of what a sentence without one says": topics,
    "sums of nobody: capital, yields, conversions": nobody,
    "project of a company before 承建的, or behind 由": builders,
    "zone of a project beside it, or behind 位于": sites,
    "day of a project, before it at the head of its sentence": days,
}


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", choices=("train", "development"), default="train")
    split = parser.parse_args().split
    documents = []
    for given in load_split([str(ROOT / folder) for folder in FOLDERS], split):
        lines = join_lines(given.text)
        documents.append(lines.read(given))
    table = Table(title=f"{split} split, {len(documents)} documents")
    table.add_column("what words tell")
    table.add_column("right", justify="right")
    table.add_column("of", justify="right")
    for name, rule in RULES.items():
        verdicts = [is_right for document in documents for is_right in rule(document)]
        table.add_row(name, f"{sum(verdicts):,}", f"{len(verdicts):,}")
    Console().print(table)


if __name__ == "__main__":
    main()
