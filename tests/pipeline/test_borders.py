"""Where a mention begins and ends in what the tagger marked."""

import pytest

from pipeline.rules.borders import set_borders, trim


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("、 甲项目。", "甲项目"),
        ("甲项目", "甲项目"),
        ("甲电场）", "甲电场"),
        ("甲园（", "甲园"),
        ("（甲园", "甲园"),
        ("甲园（一期）", "甲园（一期）"),
        ("“甲”工程", "“甲”工程"),
        ("“甲项目”", "“甲项目”"),
        ("甲园（一期)", "甲园（一期)"),
        ("）甲园（一期）", "甲园（一期）"),
        ("（甲园（一期）", "甲园（一期）"),
        ("）甲园（", "甲园"),
        ("《甲项目", "甲项目"),
        ("“甲”和“乙”", "“甲”和“乙”"),
        ("，（。", ""),
    ],
)
def test_trim(text, expected):
    start, end = trim(text, 0, len(text))
    assert text[start:end] == expected


@pytest.mark.parametrize(
    ("text", "cut", "expected"),
    [
        ("甲园（一期）竣工", 5, "甲园（一期）"),
        ("甲园（一期)竣工", 5, "甲园（一期)"),
        ("甲园（一期”竣工", 5, "甲园（一期"),
        ("甲园（一期竣工）", 5, "甲园（一期"),
        ("（甲园）竣工", 3, "甲园"),
        ("甲园（一期", 5, "甲园（一期"),
    ],
)
def test_a_bracket_that_closes_one_of_the_span_belongs_to_it(text, cut, expected):
    start, end = trim(text, 0, cut)
    assert text[start:end] == expected


@pytest.mark.parametrize("lead", ["目前", "关于", "还有"])
def test_no_name_begins_with_a_word_that_leads_to_it(lead):
    text = f"{lead}甲项目"
    assert trim(text, 0, len(text)) == (2, len(text))


@pytest.mark.parametrize(
    ("text", "label", "span", "expected"),
    [
        ("甲公司拟投资", "COMPANY", (0, 4), "甲公司"),
        ("建设期36个月", "PROJECT", (2, 7), ""),
        ("建设期36个月", "PROJECT", (2, 6), ""),
        ("建设工期约18个月", "PROJECT", (0, 8), ""),
        ("甲项目建设期24个月", "PROJECT", (0, 9), "甲项目"),
        ("甲项目等24个", "PROJECT", (4, 7), "24个"),
        ("建设期36个月", "STATUS", (0, 2), ""),
        ("建设周期3年", "STATUS", (0, 2), ""),
        ("建设期限", "STATUS", (0, 2), ""),
        ("建设中", "STATUS", (0, 2), "建设"),
        ("1.甲项目", "PROJECT", (0, 5), "甲项目"),
        ("（12）甲项目", "PROJECT", (0, 7), "甲项目"),
        ("1.甲项目", "PROJECT", (0, 2), ""),
        ("8.6代线项目", "PROJECT", (0, 7), "8.6代线项目"),
        ("三、四季度", "DATE", (0, 5), "三、四季度"),
        ("正在进行设备安装", "STATUS", (2, 4), ""),
        ("正在进行设备安装", "STATUS", (2, 8), "进行设备安装"),
        ("位于大道以南", "STATUS", (4, 6), ""),
        ("9月底已完成", "DATE", (0, 4), "9月底"),
        ("2019年内蒙古自治区", "DATE", (0, 6), "2019年"),
        ("今年内完成", "DATE", (0, 3), "今年内"),
        ("经开区内企业", "ZONE", (0, 4), "经开区"),
        ("高新区与企业", "ZONE", (0, 4), "高新区"),
        ("由中建三局承建", "COMPANY", (1, 3), "中建三局"),
        ("甲公司投资的项目", "COMPANY", (0, 5), "甲公司"),
        ("航天投资等企业", "COMPANY", (0, 4), "航天投资"),
        ("第九期签约项目12个", "PROJECT", (0, 3), ""),
        ("甲项目二期竣工", "PROJECT", (0, 5), "甲项目二期"),
        ("二期竣工", "PROJECT", (0, 2), ""),
        ("其中竣工18个", "PROJECT", (4, 7), ""),
        ("甲、乙等18个", "PROJECT", (4, 7), "18个"),
        ("其中竣工18个项目", "PROJECT", (4, 9), "18个项目"),
        ("（在建）", "STATUS", (0, 4), "在建"),
        ("新（改）建", "STATUS", (0, 5), "新（改）建"),
        ("取得施工许可证", "STATUS", (0, 4), "取得施工许可证"),
        ("取得建设工程规划许可证，开工", "STATUS", (0, 4), "取得建设工程规划许可证"),
        ("取得施工进展", "STATUS", (0, 4), "取得施工"),
        ("通过国家重大科技专项验收", "STATUS", (0, 2), "通过国家重大科技专项验收"),
        ("通过国家环评审查", "STATUS", (0, 2), "通过国家环评审查"),
        ("通过努力开工", "STATUS", (0, 2), ""),
        ("主体已封顶", "STATUS", (0, 2), ""),
        ("主体已封顶", "STATUS", (3, 5), "封顶"),
        ("主体结构全部完工", "STATUS", (0, 4), ""),
        ("主体封顶", "STATUS", (0, 4), "主体封顶"),
        ("主要建设厂房", "STATUS", (2, 4), ""),
        ("今天上午开工", "STATUS", (2, 4), ""),
        ("建设性质：新建", "STATUS", (5, 7), ""),
        ("设备已进场", "STATUS", (0, 2), ""),
        ("年内可投产", "STATUS", (2, 5), "投产"),
        ("完成可研", "STATUS", (2, 4), "可研"),
        ("未来可期", "STATUS", (2, 4), "可期"),
        ("由中建三局建设", "COMPANY", (1, 3), "中建三局"),
        ("与中建五局签约", "COMPANY", (1, 3), "中建五局"),
        ("形成年产5万吨铝箔的能力", "PROJECT", (2, 9), ""),
        ("推进年产5万吨铝箔", "PROJECT", (2, 9), "年产5万吨铝箔"),
        ("实现年产5万吨铝箔项目投产", "PROJECT", (2, 11), "年产5万吨铝箔项目"),
        ("1. “甲”项目", "PROJECT", (0, 8), "“甲”项目"),
        ("（1）100MW光伏", "PROJECT", (0, 10), "100MW光伏"),
        ("中铁十一局集团有限公司承建", "COMPANY", (0, 2), "中铁十一局集团有限公司"),
        ("由中建三局集团总部项目", "COMPANY", (1, 3), "中建"),
        ("甲公司二院区", "COMPANY", (0, 3), "甲公司"),
        ("由航天投资的项目", "COMPANY", (1, 5), "航天"),
        ("甲项目以及乙", "PROJECT", (0, 5), "甲项目"),
        ("甲项目主体厂房封顶", "PROJECT", (0, 7), "甲项目"),
        ("甲厂房封顶", "PROJECT", (0, 3), "甲厂房"),
    ],
)
def test_what_is_no_part_of_a_mention_is_left_out(text, label, span, expected):
    start, end = set_borders(text, label, *span)
    assert text[start:end] == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("甲项目位于科技大道以南", "科技大道", True),
        ("位于高新区科技大道以南、创新路以东", "创新路", True),
        ("坐落于经开区长江路188号，总投资6亿元", "长江路188号", True),
        ("位于高新二路与光谷八路交汇处", "高新二路与光谷八路交汇处", True),
        ("位于高新二路与光谷八路交汇处", "高新二路", True),
        ("建设地点：科技大道", "科技大道", True),
        ("选址科技大道项目", "科技大道", False),
        ("科技大道建成通车", "科技大道", False),
        ("位于高新区，科技大道通车", "科技大道", False),
        ("位于高新区的智造园", "智造园", False),
        ("东西大街以北", "东西大街以北", False),
        ("位于高新区的科技大道建成", "科技大道", False),
        ("科技大道东侧地块", "科技大道", True),
        ("长江路188号地块", "长江路", True),
    ],
)
def test_streets_of_an_address_are_no_projects(text, name, expected):
    start = text.index(name)
    span = set_borders(text, "PROJECT", start, start + len(name))
    assert (span == (start, start)) is expected
