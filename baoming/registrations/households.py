"""Whether the address on a card lies outside the season's province: such a card points to R23 (R5).

The address is where the household was when the card was made. So it points, and does not decide: the booklet does.
"""

# GB/T 2260, by the shortest words with which an address on a card begins: regions are written with and without 自治区.
_PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古", "21": "辽宁省", "22": "吉林省",
    "23": "黑龙江省", "31": "上海市", "32": "江苏省", "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省",
    "37": "山东省", "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西", "46": "海南省",
    "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省", "54": "西藏", "61": "陕西省", "62": "甘肃省",
    "63": "青海省", "64": "宁夏", "65": "新疆",
}  # fmt: skip


def outside(address: str, *, province: str) -> str:
    """Return the other province in which an address lies, in words; empty where it names none, or this one.

    `province`: GB/T 2260 code of two digits. An address that begins with a city tells nothing.
    """
    begins = "".join(address.split())
    return next((name for code, name in _PROVINCES.items() if code != province and begins.startswith(name)), "")
