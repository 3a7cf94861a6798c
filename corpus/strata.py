"""What a passage to annotate should hold: cue words, and how many passages go by which of them.

Cue words only steer which passages are read; what is in them is decided by the annotators. Every
table here stays as it is, since what was drawn depends on it; what is looked for later gets a table
of its own.
"""

import re
from collections.abc import Mapping

_MONEY = r"[\d.]+[余多]?[万亿]+[余多]?(?:元|美元)"
_ZONE = r"(?:高新区|经开区|开发区|工业园区?|产业园区?|示范区|新区|保税区)"
CUES: Mapping[str, re.Pattern[str]] = {
    "amount": re.compile(_MONEY),
    "project": re.compile(r"项目|工程|基地|产业园"),
    "total": re.compile(r"总投资|投资" + _MONEY),
    "contracted": re.compile(r"(?:签约|协议|合同)[^。]{0,10}" + _MONEY),
    "completed": re.compile(r"(?:完成|到位)[^。，]{0,8}(?:投资|资金)[^。，]{0,6}" + _MONEY),
    "annual": re.compile(
        r"年度(?:计划)?(?:完成)?投资|当年(?:计划)?投资|年计划投资|年内(?:完成)?投资"
    ),
    "funding": re.compile(
        r"(?:补助|专项资金|争取|融资|贷款|债券|筹措|资金支持)[^。]{0,16}" + _MONEY
    ),
    "negotiating": re.compile(r"在谈|洽谈|对接[^。，]{0,10}项目|谈判"),
    "stopped": re.compile(r"停工|停建|缓建|停缓建|终止|清退|取消项目|烂尾|下马|叫停"),
    "signed": re.compile(r"签约|落户|签订|引进"),
    "operating": re.compile(r"投产|投用|投入使用|投入运营|开业|达产"),
    "owned": re.compile(r"[\u4e00-\u9fff]{2,8}(?:集团|公司)|华为|富士康|比亚迪|京东方|万达|阿里"),
    "located": re.compile(r"[\u4e00-\u9fff]{2,6}(?:开发区|高新区|经开区|工业园|产业园|新区)"),
    "future": re.compile(r"力争|确保|加快推进|开工建设|抓好|启动|今年"),
    # The rare ones again, narrower: the cues above find mostly trade fairs, contracts for
    # technology, companies without a project and closed furnaces. They stay as they are, since what
    # was drawn by them depends on them.
    "owner": re.compile(
        r"(?:集团|公司|股份)[^。，；、]{0,6}(?:投资|承建|兴建|建设)(?!集团|公司)"
        r"|由[\u4e00-\u9fff]{2,12}(?:集团|公司)[^。，；]{0,8}(?:投资|建)"
    ),
    "deal": re.compile(
        r"(?:协议|合同|签约)(?:总)?(?:投资|引资|资金|金额|利用外资|外资)额?[^。；]{0,5}"
        + _MONEY
        + r"|签约[^。；]{0,12}项目[^。；]{0,16}"
        + _MONEY
    ),
    "granted": re.compile(
        r"项目[^。；]{0,20}(?:补助|专项资金|资金支持|贷款|国债|专项债券|债券资金|中央预算内投资|授信)"
        r"[^。；]{0,12}" + _MONEY + r"|争取[^。；]{0,20}项目[^。；]{0,16}资金[^。；]{0,6}" + _MONEY
    ),
    "yearly": re.compile(
        r"年度(?:计划)?(?:完成)?投资[^。；]{0,6}"
        + _MONEY
        + r"|(?:当年|年内|今年)(?:计划)?(?:完成)?投资[^。；]{0,4}"
        + _MONEY
    ),
    "talks": re.compile(r"在谈|洽谈[^。，；]{0,14}项目|项目[^。，；]{0,10}(?:洽谈|谈判)"),
    "halted": re.compile(
        r"(?:停工|停建|缓建|烂尾|停滞|搁置|僵尸)[^。，；]{0,12}(?:项目|工程|楼|广场)"
        r"|(?:项目|工程)[^。，；]{0,10}(?:停工|停建|缓建|停滞|搁置|下马|终止|取消)"
    ),
    # And what links a project to a zone or to a day.
    "sited": re.compile(
        _ZONE + r"[^。，；、]{0,6}的?[\u4e00-\u9fff]{2,12}(?:项目|基地|生产线)"
        r"|(?:落户|入驻|落地|位于)[^。，；、]{0,8}" + _ZONE
    ),
    "dated": re.compile(
        r"\d+月(?:底|份|中旬|上旬|下旬|\d+日)?"
        r"(?:前|正式|实现|全面|建成|竣工|开工|动工|投产|投用|启动|通车|完工|投入|试)"
    ),
}
# In what proportion the strata are drawn, and in which order: the rarest first. Strata named after
# a cue take the passages with most of it; the others are drawn at random from those that qualify.
QUOTAS: Mapping[str, int] = {
    "stopped": 7,
    "annual": 10,
    "negotiating": 6,
    "contracted": 6,
    "funding": 5,
    "completed": 5,
    "owned": 5,
    "total": 5,
    "located": 3,
    "none": 6,
    "dense": 18,
    "plan": 14,
    "prose": 10,
}
# The same for later rounds, which look for what is rare in reports and what the tagger reads worst,
RARE_QUOTAS: Mapping[str, int] = {
    "stopped": 8,
    "negotiating": 8,
    "funding": 5,
    "annual": 5,
    "owned": 32,
    "located": 32,
    "signed": 10,
}
# for what reports of zones are full of: zones, companies, and projects that are signed,
ZONE_QUOTAS: Mapping[str, int] = {
    "located": 35,
    "owned": 25,
    "signed": 20,
    "dense": 20,
}
# for sums of every role beside them,
MONEY_QUOTAS: Mapping[str, int] = {
    "contracted": 12,
    "annual": 10,
    "funding": 12,
    "completed": 10,
    "total": 10,
    "owned": 16,
    "located": 8,
    "amount": 22,
}
# for the links and classes that are still rare after all these,
LINK_QUOTAS: Mapping[str, int] = {
    "talks": 16,
    "halted": 16,
    "owner": 56,
    "granted": 36,
    "yearly": 40,
    "deal": 52,
}
# and for zones and days that belong to a project, and names of companies.
SITE_QUOTAS: Mapping[str, int] = {
    "dated": 46,
    "sited": 50,
    "owned": 60,
    "located": 60,
}


def strata(n_passages: int, quotas: Mapping[str, int]) -> list[str]:
    """One stratum for each passage, in the proportions of the quotas."""
    total = sum(quotas.values())
    bounds = []
    reached = 0
    for name, quota in quotas.items():
        reached += quota
        bounds.append((reached * n_passages / total, name))
    return [next(name for bound, name in bounds if n < bound) for n in range(n_passages)]


def fits(stratum: str, counts: Mapping[str, int]) -> bool:
    """Whether a passage with so many hits of each cue belongs to a stratum not named after one."""
    if stratum == "dense":
        return counts["amount"] >= 4 and counts["project"] >= 6
    if stratum == "plan":
        return counts["future"] >= 6 and counts["project"] >= 6
    if stratum == "none":
        return counts["project"] == 0
    return 1 <= counts["project"] <= 8
