-- Written by hand, in whole cents, to check the report of the same name.
WITH i AS (SELECT *, CAST(round(Total * 100) AS INTEGER) AS cents FROM Invoice)
SELECT i.InvoiceId, substr(i.InvoiceDate, 1, 10), c.FirstName || ' ' || c.LastName, printf('%d.%02d', cents / 100, cents % 100)
  FROM i JOIN Customer c ON c.CustomerId = i.CustomerId
 WHERE cents > (SELECT round(avg(cents)) FROM i)
 ORDER BY cents DESC, i.InvoiceId;
