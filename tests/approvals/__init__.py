"""What stands between a plan and its apply, judged."""
