"""Labels to and from Label Studio: its labelling configuration, tasks with what is known, annotations back as gold.

A field's label is put on the characters where it is printed. What is said of one place stands in controls of that
region: its state, value and bound, whether it is another defensible reading, of a cell its row. Parts of a sum are
joined by relations. Offsets are code points, as Python counts them; Label Studio stores them so, too, and stored units
of UTF-16 in its early versions.
"""
