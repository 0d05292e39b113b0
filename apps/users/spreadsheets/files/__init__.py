"""What stands in a file, cell by cell: read in a process of its own, which may fail without anybody else."""
