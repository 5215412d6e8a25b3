"""招考信息管理系统: what the staff of sites, counties, cities and the province see."""
