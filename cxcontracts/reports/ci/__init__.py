"""Reports that CI systems and code hosts read beside the code: of a run and of a diff, which both give them the same alerts."""
