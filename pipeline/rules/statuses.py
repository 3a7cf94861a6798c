"""What words leave no doubt about: class and modality of a STATUS, and whether it is one at all.

Each rule was counted on the annotated train documents; the classifier decides the rest.
"""

import re

from pipeline.clauses import SENTENCE_END

# A clause is short: further back nothing of it is found.
_CLAUSE_REACH = 60

# Words that make what follows them in their clause a matter of the future; an enumeration comma
# does not end it (力争早竣工、早投产). Of the annotated train documents 563 of 567 statuses behind
# one of them are future.
_ANNOUNCING = re.compile(r"即将|将(?!军|乐)|预计|有望|力争|确保|计划[于在]")
# 预计总投资20亿元的甲项目开工: the forecast is of the project.
_FORECAST = re.compile(r"(?:预计|计划)(?:总?投资|年?产值|年?税收)[^，。；、]*的")
_CLAUSE_BREAK = re.compile(r"[，。；：（）,;:()\n]")
# Nothing but a time, or how it is done, between a word and the STATUS.
_TIME = (
    r"(?:[0-9〇一二三四五六七八九十]|[年月日]|[上中下]旬|[上下]半|[底初前内末]|季度|[今明来]年"
    r"|全部|全面|全线|基本|正式|顺利|陆续|相继|先后|提前|如期|整体|集中)*$"
)
# 计划开工, 计划2025年开工, but not 按计划开工; 明年 with little behind it. All 79 are future.
_INTENDED = re.compile(
    rf"(?:(?<![按有])计划|(?<!成功)(?<!积极)争取|拟)[于在]?{_TIME}"
    r"|(?:明年|来年|推迟到|延至)[^，。；、：（）,;:()\n]{0,6}$"
)
# 拟投资120亿元建设甲产业园. All 5 are future.
_MEANT = re.compile(r"拟(?:总?投资|出资|投入|斥资)[^，。；、,;\n]{0,16}$")
_BUILDS = re.compile(r"建设|打造|兴建|新建|实施")
# 已于2021年9月开工, but not 已签约项目尽快开工. All 121 such statuses are actual.
_DONE = re.compile(rf"已(?:经|于|在)?{_TIME}")
# All 35 behind 正在 or 正 are actual, too.
_UNDER_WAY = re.compile(
    r"正在[^，。；,;]{0,4}$|(?<!真)正(?![在式常大定阳宁安镶蓝确规])[^，。；、：,;:]{0,3}$"
)
# 于去年底竣工, 2022年5月竣工 in a report of 2023: what has a day in a year that is over has
# happened. All 9 and all 13 are actual.
_LAST_YEAR = re.compile(rf"(?:去年|上年|前年|昨年){_TIME}")
_IN_YEAR = re.compile(rf"(?<!\d)((?:19|20)\d\d)年{_TIME}")
# 2023年3月开工，11月竣工 in a report of 2023: plans leave out the year of their months, or say that
# they are plans. Those documents have such a status twice, and both are actual.
_IN_MONTH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年\d{1,2}月(?!.{0,3}前)"
    rf"(?:[^。；！？;!?\n]{{0,20}}[，、,]\d{{1,2}}月(?!.{{0,3}}前))?{_TIME}"
)
# 6月28日竣工投产: who plans names no day, or says that it is a plan. All 16 are actual.
_ON_DAY = re.compile(rf"(?<![\d年])\d{{1,2}}月\d{{1,2}}日(?!前){_TIME}")
_PLANNING = re.compile(
    r"计划(?!总?投资)|安排|目标|拟|争取|加快|推[动进]|抓紧|促|务必|保证|定于|约定|工期|[要可须应]"
    rf"|{_ANNOUNCING.pattern}"
)
# 1—9月新签约, 截至10月底完成投资: what a span up to now holds has happened, unless a later time or
# an aim stands between (截至10月底主体完工，明年投产). All 32 are actual.
_SO_FAR = re.compile(
    r"(?:截[至止]目前|(?:今年|年初)以来"
    r"|(?:截[至止](?:今年)?(?:((?:19|20)\d\d)年)?|(?:((?:19|20)\d\d)年)?(?<!\d)1\s*[-—－–至到~～]+\s*)"
    r"\d{1,2}月(?:份|底|末|\d{1,2}日)?(?!\d|底?前)"
    r"|前(?:\d{1,2}|[一二三四五六七八九十]+)个月)"
    r"(?:(?!下一步|下半年|年[底末内]|明年|(?<![主重])要|将|有望|争取|力争|确保|预计|计划|具备"
    r"|\d月|(?:19|20)\d\d年)[^。！？!?\n])*$"
)
# The field of a list tells what is (进展：主体施工), unless it tells a plan (计划进度：).
_REPORTED = re.compile(r"(?<!计划)(?:进展(?:情况)?|进度|状态)[:：][^，。；、,;]{0,4}$")
# 建成投产后，预计年产值60亿元: what it will bring says that it is not there yet. So all 6 of those
# documents' are future.
_ONCE_DONE = re.compile(r"(?:以|之)?后[，,]?(?:预计|预期|有望|将|年?可(?!再生))")
# 尚未开工, 未能落地: the scheme has no class for it. Of the statuses of those documents none is
# denied, and one is taken for it, which a break parts (因拆迁未完缓/建).
_DENIED_ITSELF = re.compile(r"[尚仍还]?未(?!来)")
_DENIED = re.compile(
    r"(?:尚未|仍未|还未|至今未|未能|没能|未(?!来)|没有|无法|不再|不能)"
    r"[^，。；、：（）,;:()\n]{0,4}$"
)
# The word at the end of a STATUS tells how far a project is (建成投产, 竣工验收).
_LAST_STAGE = {
    "negotiating": r"在谈|洽谈|磋商|接洽|谈判|意向",
    "planned": (
        r"(?<!签约)(?:前期工作|前期|立项|选址|储备|报批|核准|可研|批复|论证|审批|环评|设计|征地"
        r"|许可证|使用证)|(?<!验收)(?<!备案)(?<!签约)手续"
    ),
    "signed": r"签约|落户|引进|签订|签署|落地|协议|合同",
    "under_construction": (
        r"封顶|开工|动工|开工建设|复工|奠基|破土|在建|续建|安装|安装设备|(?:安装|设备)调试|(?<!完成)施工"
        r"|打桩|完成投资|(?<!工作)(?<!前期)进展顺利"
    ),
    "completed": r"建成|竣工|通车|验收|打通|落成",
    "operating": (
        r"投产|投用|投运|使用|运营|运行|投入生产|启用|达产|达效|开园|开业|营业|并网|点火|量产|下线"
    ),
}
# 已建成未投产: what is denied behind a stage is none.
_NOT_YET = re.compile(r"(?<=.)[但尚仍还]*未(?!来).*$")
_ENDS = {name: re.compile(f"(?:{words})(?:阶段)?$") for name, words in _LAST_STAGE.items()}
_MAIN_STRUCTURE = re.compile(
    r"(?<!投资)主体(?!育|责任|作用|功能|地位)(?:结构|工程|建筑)?(?:[已均]|基本|全部|全面|顺利|完成)*[\u4e00-\u9fff]{0,6}$"
)
# Every STATUS of those documents with one of these words is stopped, wherever it stands, and of the
# stopped ones without any all but a few are of the authored reports (分手, 跑路).
_STOPPING = re.compile(
    r"停[工建产业摆滞止运办用]|[缓喊叫]停|缓建|暂[缓停]|烂尾|[终中]止|中断|解除|解约|毁约|下马|搁置|取消|取缔"
    r"|清[退出]|退[出场库]|撤[出资场销回项离]|裁撤|关[停闭门]|放弃|作罢|注销|流产|淘汰|劝退|腾退|出清|移出"
    r"|否决|封存|拆除|收回|破产|搁浅|夭折"
)
# What is halted so was not meant to be, and all 90 are actual; others are cleared out by plan.
_HALTED = re.compile(r"停工|停建|停产|暂停|烂尾|终止|中止|叫停|搁置")
# So are all 71 with one of these operating, as the scheme has it.
_TRIAL = re.compile(r"试(?:生产|产|运营|运行)")


def told_modality(text: str, start: int, end: int, *, year: int | None = None) -> str | None:
    """The modality of the STATUS `[start, end)`, where words leave no doubt about it.

    So 将于6月开工 is future whatever the classifier, which reads the whole sentence, makes of it.
    `year` is that of the report, if it is known.
    """
    before = text[max(0, start - _CLAUSE_REACH) : start]
    # What stands right before it is about it, whatever is announced of the project.
    if _DONE.search(before):
        return "actual"
    is_meant = _MEANT.search(before) and _BUILDS.fullmatch(text, start, end)
    if is_meant or _is_announced(before):
        return "future"
    if _has_happened(before, year=year) or _HALTED.search(text, start, end):
        return "actual"
    return "future" if _ONCE_DONE.match(text, end) else None


def _is_announced(before: str) -> bool:
    """Whether the words before a STATUS make it a matter of the future."""
    clause = _FORECAST.sub("", _CLAUSE_BREAK.split(before)[-1])
    return bool(_ANNOUNCING.search(clause) or _INTENDED.search(before))


def _has_happened(before: str, *, year: int | None) -> bool:
    """Whether the words before a STATUS, in a report of this year, say that it is so by now."""
    if any(words.search(before) for words in (_UNDER_WAY, _REPORTED, _LAST_YEAR)):
        return True
    named = _IN_YEAR.search(before)
    if named and year and int(named[1]) < year:
        return True
    sentence = SENTENCE_END.split(before)[-1]
    month = _IN_MONTH.search(sentence)
    is_over = _ON_DAY.search(sentence) or (month and int(month[1]) == year)
    if is_over and not _PLANNING.search(sentence):
        return True
    so_far = _SO_FAR.search(before)
    return so_far is not None and int(so_far[1] or so_far[2] or 0) <= (year or 0)


def told_class(text: str, start: int, end: int) -> str | None:
    """The class of the STATUS `[start, end)`, where words leave no doubt about it."""
    status = text[start:end]
    if _STOPPING.search(status):
        return "stopped"
    status = _NOT_YET.sub("", status)
    if _TRIAL.search(status):
        return "operating"
    found = next((name for name, ends in _ENDS.items() if ends.search(status)), None)
    # A building whose main structure is done is not.
    is_open = status.endswith("通车") or found not in ("completed", None)
    if not is_open and _MAIN_STRUCTURE.search(text[max(0, start - 8) : end]):
        return "under_construction"
    return found


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` or the words before it say that a stage is not reached.

    That work is stopped is not denied by them: 因资金没有落实而停工.
    """
    if _STOPPING.search(text, start, end):
        return False
    before = text[max(0, start - _CLAUSE_REACH) : start]
    return bool(_DENIED_ITSELF.match(text, start, end) or _DENIED.search(before))
