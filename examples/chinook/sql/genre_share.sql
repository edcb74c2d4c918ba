-- Written by hand, in whole cents, to check the report of the same name.
WITH sold AS (
    SELECT t.GenreId AS id, l.Quantity * CAST(round(l.UnitPrice * 100) AS INTEGER) AS cents
      FROM InvoiceLine l JOIN Track t ON t.TrackId = l.TrackId
     WHERE t.GenreId IS NOT NULL)
SELECT g.Name,
       printf('%d.%02d', sum(cents) / 100, sum(cents) % 100),
       printf('%.2f', 100.0 * sum(cents) / (SELECT sum(cents) FROM sold))
  FROM sold JOIN Genre g ON g.GenreId = sold.id
 GROUP BY g.GenreId
 ORDER BY sum(cents) DESC, g.GenreId;
