"""What a cell may say, written by hand from the clause (R21, R32: line-by-line errors) before the code.

Each line: type, what holds for the column, the cell, the value as it is kept or "" and a part of the sentence.
"""

CHOICE = {"options": [{"key": "fit", "title": "合格"}, {"key": "unfit", "title": "不合格"}]}
NUMBER = {"least": 80, "most": 250, "places": 1}
WHOLE = {"least": 0, "most": 20}
TEXT = {"longest": 5}
VALUES: list[tuple[str, dict[str, object], str, str, str]] = [
    ("choice", CHOICE, "合格", "fit", ""),
    ("choice", CHOICE, "unfit", "unfit", ""),
    ("choice", CHOICE, "良好", "", "只能填：合格、不合格"),
    ("choice", CHOICE, "", "", "没有填栏目，请补上"),
    ("choice", {**CHOICE, "needed": False}, "", "", ""),
    ("number", NUMBER, "172.5", "172.5", ""),
    ("number", NUMBER, "172.50", "172.5", ""),
    ("number", NUMBER, "172", "172", ""),
    ("number", NUMBER, "80", "80", ""),
    ("number", NUMBER, "250", "250", ""),
    ("number", NUMBER, "250.1", "", "应在80到250之间"),
    ("number", NUMBER, "79.9", "", "应在80到250之间"),
    ("number", NUMBER, "172.55", "", "小数最多1位"),
    ("number", NUMBER, "高", "", "要填数字"),
    ("number", NUMBER, "1e2", "", "要填数字"),
    ("number", NUMBER, "NaN", "", "要填数字"),
    ("number", NUMBER, "１７２", "", "要填数字"),
    ("number", WHOLE, "10", "10", ""),
    ("number", WHOLE, "10.5", "", "要填整数"),
    ("number", WHOLE, "-1", "", "应在0到20之间"),
    ("date", {}, "2023-03-05", "2023-03-05", ""),
    ("date", {}, "2023/3/5", "2023-03-05", ""),
    ("date", {}, "2023年3月5日", "2023-03-05", ""),
    ("date", {}, "20230305", "2023-03-05", ""),
    ("date", {}, "2023.3.5", "2023-03-05", ""),
    ("date", {}, "202511", "", "“2025-03-01”的样子"),  # the first of January, or a day of November
    ("date", {}, "2025111", "", "“2025-03-01”的样子"),
    ("date", {}, "20251301", "", "“2025-03-01”的样子"),
    ("date", {}, "2025-1101", "", "“2025-03-01”的样子"),
    ("date", {}, "2023-03-05T00:00:00", "2023-03-05", ""),
    ("date", {}, "2023-02-30", "", "“2025-03-01”的样子"),
    ("date", {}, "45000", "", "“2025-03-01”的样子"),
    ("text", TEXT, "遵纪守法", "遵纪守法", ""),
    ("text", TEXT, "遵纪守法者也", "", "最多5个字"),
    ("text", TEXT, "遵\x00纪", "", "看不见的控制字符"),
    ("text", TEXT, "=1+1", "", "是公式"),
    ("text", TEXT, "'=1+1", "=1+1", ""),  # as a file of bad lines guards it
    ("text", TEXT, "-5", "-5", ""),
    ("text", TEXT, "@甲", "@甲", ""),
]
