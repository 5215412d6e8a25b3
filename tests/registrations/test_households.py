"""R5, R23: a card from outside the province points to the way of migrant workers' children."""

import pytest

from baoming.registrations import households


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("贵州省遵义市播州区南白镇1号", "贵州省"),
        ("广西壮族自治区桂林市七星区2号", "广西"),
        ("广西桂林市七星区2号", "广西"),
        ("内蒙古自治区包头市3号", "内蒙古"),
        ("重庆市万州区4号", "重庆市"),
        ("  北京市 海淀区5号", "北京市"),
        ("湖南省长沙市芙蓉区6号", ""),
        ("长沙市芙蓉区贵州省会馆7号", ""),
        ("湘岭市青麓县白鹭街道8号", ""),
        ("", ""),
    ],
)
def test_an_address_tells_of_another_province_where_it_begins_with_its_name(address: str, name: str) -> None:
    assert households.outside(address, province="43") == name


def test_what_is_outside_hangs_on_the_province_of_the_season() -> None:
    assert households.outside("湖南省长沙市芙蓉区6号", province="52") == "湖南省"
    assert households.outside("贵州省遵义市播州区1号", province="52") == ""
