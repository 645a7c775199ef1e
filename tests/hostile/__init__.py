"""What one workspace can write into its namespace to keep the compile of everybody busy: a kind of input each."""
