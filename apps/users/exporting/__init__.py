"""What leaves as a file: lists, reports and statements, as XLSX, CSV and PDF."""
