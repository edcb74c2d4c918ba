-- Written by hand, in whole cents and without windows, to check the report of the same name.
WITH i AS (SELECT strftime('%Y-%m', InvoiceDate) AS month, CAST(round(Total * 100) AS INTEGER) AS cents FROM Invoice),
     m AS (SELECT DISTINCT month FROM i),
     totals AS (
         SELECT m.month,
                (SELECT sum(cents) FROM i WHERE i.month = m.month) AS a,
                (SELECT sum(cents) FROM i WHERE i.month <= m.month AND substr(i.month, 1, 4) = substr(m.month, 1, 4)) AS b,
                (SELECT sum(cents) FROM i WHERE i.month <= m.month) AS c
           FROM m)
SELECT month, printf('%d.%02d', a / 100, a % 100), printf('%d.%02d', b / 100, b % 100), printf('%d.%02d', c / 100, c % 100)
  FROM totals
 ORDER BY month;
