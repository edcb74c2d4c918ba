-- Written by hand, in whole cents, to check the report of the same name.
SELECT a.Name,
       sum(l.Quantity),
       printf('%d.%02d', sum(l.Quantity * CAST(round(l.UnitPrice * 100) AS INTEGER)) / 100,
                         sum(l.Quantity * CAST(round(l.UnitPrice * 100) AS INTEGER)) % 100)
  FROM InvoiceLine l
  JOIN Track t USING (TrackId)
  JOIN Album b USING (AlbumId)
  JOIN Artist a USING (ArtistId)
 GROUP BY a.ArtistId
 ORDER BY sum(l.Quantity * CAST(round(l.UnitPrice * 100) AS INTEGER)) DESC, a.ArtistId
 LIMIT 10;
