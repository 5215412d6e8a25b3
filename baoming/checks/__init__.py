"""Cross checks with registers of others (学籍, 户籍, 公安, 外省), and people who look like one another."""
