"""考生综合信息平台: what a candidate sees."""
