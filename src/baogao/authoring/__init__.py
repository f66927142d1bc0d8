"""Help for whoever writes a schema and its rules: why a candidate answers nothing, a draft, patterns from gold."""
