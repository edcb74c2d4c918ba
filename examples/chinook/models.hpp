// The 11 tables of the Chinook music shop. The database was there first: mapping() gives its CamelCase names.
#pragma once

#include <azoth/model.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace chinook {

using azoth::many, azoth::one;
using Id = std::int64_t;
using Text = std::string;
using OptionalText = std::optional<std::string>;

struct Album;
struct Customer;
struct Invoice;
struct InvoiceLine;
struct PlaylistTrack;
struct Track;

// ---------------------------------------------------------------- what is sold

struct Artist {
    Id id{};
    OptionalText name{};
    many<Album> albums{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Artist",
            column<&Artist::id>("ArtistId", primary_key),
            column<&Artist::name>("Name", length(120)),
            relationship<&Artist::albums>());
    }
};

struct Album {
    Id id{};
    Text title{};
    Id artist_id{};
    one<Artist> artist{};
    many<Track> tracks{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Album",
            column<&Album::id>("AlbumId", primary_key),
            column<&Album::title>("Title", length(160)),
            column<&Album::artist_id>("ArtistId", foreign_key<&Artist::id>()),
            relationship<&Album::artist>(back_populates<&Artist::albums>()),
            relationship<&Album::tracks>());
    }
};

struct Genre {
    Id id{};
    OptionalText name{};
    many<Track> tracks{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Genre",
            column<&Genre::id>("GenreId", primary_key),
            column<&Genre::name>("Name", length(120)),
            relationship<&Genre::tracks>());
    }
};

struct MediaType {
    Id id{};
    OptionalText name{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("MediaType",
            column<&MediaType::id>("MediaTypeId", primary_key),
            column<&MediaType::name>("Name", length(120)));
    }
};

struct Track {
    Id id{};
    Text name{};
    std::optional<Id> album_id{};  // a single belongs to no album
    Id media_type_id{};
    std::optional<Id> genre_id{};
    OptionalText composer{};
    std::int64_t milliseconds{};
    std::optional<std::int64_t> bytes{};
    azoth::Decimal unit_price{};
    one<Album> album{};
    one<MediaType> media_type{};
    one<Genre> genre{};
    many<InvoiceLine> sales{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Track",
            column<&Track::id>("TrackId", primary_key),
            column<&Track::name>("Name", length(200)),
            column<&Track::album_id>("AlbumId", foreign_key<&Album::id>()),
            column<&Track::media_type_id>("MediaTypeId", foreign_key<&MediaType::id>()),
            column<&Track::genre_id>("GenreId", foreign_key<&Genre::id>()),
            column<&Track::composer>("Composer", length(220)),
            column<&Track::milliseconds>("Milliseconds"),
            column<&Track::bytes>("Bytes"),
            column<&Track::unit_price>("UnitPrice", numeric(10, 2)),
            relationship<&Track::album>(back_populates<&Album::tracks>()),
            relationship<&Track::media_type>(),
            relationship<&Track::genre>(back_populates<&Genre::tracks>()),
            relationship<&Track::sales>());
    }
};

struct Playlist {
    Id id{};
    OptionalText name{};
    many<PlaylistTrack> entries{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Playlist",
            column<&Playlist::id>("PlaylistId", primary_key),
            column<&Playlist::name>("Name", length(120)),
            relationship<&Playlist::entries>());
    }
};

// Its key is the pair: a track stands in a playlist once.
struct PlaylistTrack {
    Id playlist_id{};
    Id track_id{};
    one<Playlist> playlist{};
    one<Track> track{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("PlaylistTrack",
            column<&PlaylistTrack::playlist_id>("PlaylistId", foreign_key<&Playlist::id>()),
            column<&PlaylistTrack::track_id>("TrackId", foreign_key<&Track::id>()),
            primary_key(columns<&PlaylistTrack::playlist_id, &PlaylistTrack::track_id>),
            relationship<&PlaylistTrack::playlist>(back_populates<&Playlist::entries>()),
            relationship<&PlaylistTrack::track>());
    }
};

// ---------------------------------------------------------------- who sells and who buys

struct Employee {
    Id id{};
    Text last_name{};
    Text first_name{};
    OptionalText title{};
    std::optional<Id> manager_id{};
    std::optional<azoth::DateTime> birth_date{};
    std::optional<azoth::DateTime> hire_date{};
    OptionalText address{};
    OptionalText city{};
    OptionalText state{};
    OptionalText country{};
    OptionalText postal_code{};
    OptionalText phone{};
    OptionalText fax{};
    OptionalText email{};
    one<Employee> manager{};
    many<Employee> reports{};
    many<Customer> customers{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Employee",
            column<&Employee::id>("EmployeeId", primary_key),
            column<&Employee::last_name>("LastName", length(20)),
            column<&Employee::first_name>("FirstName", length(20)),
            column<&Employee::title>("Title", length(30)),
            column<&Employee::manager_id>("ReportsTo", foreign_key<&Employee::id>()),
            column<&Employee::birth_date>("BirthDate"),
            column<&Employee::hire_date>("HireDate"),
            column<&Employee::address>("Address", length(70)),
            column<&Employee::city>("City", length(40)),
            column<&Employee::state>("State", length(40)),
            column<&Employee::country>("Country", length(40)),
            column<&Employee::postal_code>("PostalCode", length(10)),
            column<&Employee::phone>("Phone", length(24)),
            column<&Employee::fax>("Fax", length(24)),
            column<&Employee::email>("Email", length(60)),
            relationship<&Employee::manager>(back_populates<&Employee::reports>()),
            relationship<&Employee::reports>(),
            relationship<&Employee::customers>());
    }
};

struct Customer {
    Id id{};
    Text first_name{};
    Text last_name{};
    OptionalText company{};
    OptionalText address{};
    OptionalText city{};
    OptionalText state{};
    OptionalText country{};
    OptionalText postal_code{};
    OptionalText phone{};
    OptionalText fax{};
    Text email{};
    std::optional<Id> support_rep_id{};
    one<Employee> support_rep{};
    many<Invoice> invoices{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Customer",
            column<&Customer::id>("CustomerId", primary_key),
            column<&Customer::first_name>("FirstName", length(40)),
            column<&Customer::last_name>("LastName", length(20)),
            column<&Customer::company>("Company", length(80)),
            column<&Customer::address>("Address", length(70)),
            column<&Customer::city>("City", length(40)),
            column<&Customer::state>("State", length(40)),
            column<&Customer::country>("Country", length(40)),
            column<&Customer::postal_code>("PostalCode", length(10)),
            column<&Customer::phone>("Phone", length(24)),
            column<&Customer::fax>("Fax", length(24)),
            column<&Customer::email>("Email", length(60)),
            column<&Customer::support_rep_id>("SupportRepId", foreign_key<&Employee::id>()),
            relationship<&Customer::support_rep>(back_populates<&Employee::customers>()),
            relationship<&Customer::invoices>());
    }
};

// ---------------------------------------------------------------- what was sold

struct Invoice {
    Id id{};
    Id customer_id{};
    azoth::DateTime date{};
    OptionalText billing_address{};
    OptionalText billing_city{};
    OptionalText billing_state{};
    OptionalText billing_country{};
    OptionalText billing_postal_code{};
    azoth::Decimal total{};
    one<Customer> customer{};
    many<InvoiceLine> lines{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Invoice",
            column<&Invoice::id>("InvoiceId", primary_key),
            column<&Invoice::customer_id>("CustomerId", foreign_key<&Customer::id>()),
            column<&Invoice::date>("InvoiceDate"),
            column<&Invoice::billing_address>("BillingAddress", length(70)),
            column<&Invoice::billing_city>("BillingCity", length(40)),
            column<&Invoice::billing_state>("BillingState", length(40)),
            column<&Invoice::billing_country>("BillingCountry", length(40)),
            column<&Invoice::billing_postal_code>("BillingPostalCode", length(10)),
            column<&Invoice::total>("Total", numeric(10, 2)),
            relationship<&Invoice::customer>(back_populates<&Customer::invoices>()),
            relationship<&Invoice::lines>());
    }
};

struct InvoiceLine {
    Id id{};
    Id invoice_id{};
    Id track_id{};
    azoth::Decimal unit_price{};
    std::int32_t quantity{};
    one<Invoice> invoice{};
    one<Track> track{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("InvoiceLine",
            column<&InvoiceLine::id>("InvoiceLineId", primary_key),
            column<&InvoiceLine::invoice_id>("InvoiceId", foreign_key<&Invoice::id>()),
            column<&InvoiceLine::track_id>("TrackId", foreign_key<&Track::id>()),
            column<&InvoiceLine::unit_price>("UnitPrice", numeric(10, 2)),
            column<&InvoiceLine::quantity>("Quantity"),
            relationship<&InvoiceLine::invoice>(back_populates<&Invoice::lines>()),
            relationship<&InvoiceLine::track>(back_populates<&Track::sales>()));
    }
};

// Keys, types of foreign keys and pairs of relationships, proved by the compiler.
static_assert(azoth::check<Artist, Album, Genre, MediaType, Track, Playlist, PlaylistTrack, Employee, Customer, Invoice,
                           InvoiceLine>());

inline const azoth::Metadata metadata =
    azoth::metadata<Artist, Album, Genre, MediaType, Track, Playlist, PlaylistTrack, Employee, Customer, Invoice,
                    InvoiceLine>();

}  // namespace chinook
