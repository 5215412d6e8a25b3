"""Names in pinyin: for order, search and initials. The name itself is never changed.

The stored key is a help for finding people, not a transcription: a wrong guess at a rare reading
costs a search by name or number, nothing else.
"""

from typing import Final

from pypinyin import lazy_pinyin

from baoming.shared.text import clean_name

_COMPOUND: Final = {  # read as a whole; two characters
    "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun", "澹台": "tan tai", "单于": "chan yu",
    "宰父": "zai fu", "令狐": "ling hu", "亓官": "qi guan", "贺兰": "he lan", "夏侯": "xia hou",
}  # fmt: skip
_SURNAMES: Final = {  # where the reading as a surname is not the usual one
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "朴": "piao", "查": "zha", "区": "ou",
    "盖": "ge", "员": "yun", "缪": "miao", "翟": "zhai", "覃": "qin", "洗": "xian", "冼": "xian",
    "逄": "pang", "乐": "yue", "秘": "bi", "折": "she", "繁": "po", "佴": "nai", "召": "shao",
    "种": "chong", "祭": "zhai", "能": "nai", "句": "gou", "车": "che", "柏": "bai", "石": "shi",
    "郇": "xun", "谌": "chen", "宿": "su", "藏": "zang", "那": "na", "隗": "wei", "都": "du",
    "阚": "kan", "重": "chong", "任": "ren", "燕": "yan", "葛": "ge", "华": "hua", "尹": "yin",
    "臧": "zang", "撒": "sa", "行": "xing", "相": "xiang", "哈": "ha", "贾": "jia", "沈": "shen",
}  # fmt: skip


def syllables(name: str) -> list[str]:
    """Return the syllables of a name, lower case, without tones; the dot of a long name is left out.

    A character without a known reading stands for itself, so that it still sorts and is found.
    """
    cleaned = clean_name(name)
    if "·" in cleaned:  # a transcribed name: its first character is no surname
        return _plain(cleaned)
    if compound := _COMPOUND.get(cleaned[:2]):
        return [*compound.split(), *_plain(cleaned[2:])]
    if len(cleaned) > 1 and (surname := _SURNAMES.get(cleaned[0])):
        return [surname, *_plain(cleaned[1:])]
    return _plain(cleaned)


def pinyin_key(name: str) -> str:
    """Return the key by which lists are ordered and names are found: 单小曾 is `shan xiao zeng`."""
    return " ".join(syllables(name))


def initials(name: str) -> str:
    """Return the first letter of each syllable: 欧阳娜 is `oyn`."""
    return "".join(syllable[0] for syllable in syllables(name))


def _plain(text: str) -> list[str]:
    read = " ".join(lazy_pinyin(text, v_to_u=False)) if text else ""
    return read.replace("·", " ").lower().split()
