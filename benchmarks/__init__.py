"""What `make bench` runs. Figures are ratios of one run, for machines are noisy."""
