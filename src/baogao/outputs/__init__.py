"""What comes out: tables for programs and spreadsheets, and the review page for people."""
