-- Written by hand, in whole cents, to check the report of the same name.
SELECT month, count(*), printf('%d.%02d', sum(cents) / 100, sum(cents) % 100)
  FROM (SELECT strftime('%Y-%m', InvoiceDate) AS month, CAST(round(Total * 100) AS INTEGER) AS cents FROM Invoice)
 GROUP BY month
 ORDER BY month;
