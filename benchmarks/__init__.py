"""What is measured, and the numbers that are published."""
