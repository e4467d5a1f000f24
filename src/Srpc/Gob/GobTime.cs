using System.Buffers.Binary;

namespace ImageSdk.Srpc.Gob;

/// <summary>A point in time as Go has it: to the nanosecond, with the offset of the zone it was written in.</summary>
/// <param name="UnixSeconds">Since 1970-01-01T00:00:00Z.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
/// <param name="OffsetSeconds">East of Greenwich; null for UTC, which differs on the wire from a zone that happens to be at 0.</param>
public readonly record struct GobTime(long UnixSeconds, int Nanoseconds, int? OffsetSeconds = null)
{
    // Go counts from the year 1.
    const long SecondsToUnixEpoch = 62_135_596_800;
    const int UtcMark = -1;

    internal const int MaxSize = 16;

    /// <summary>0001-01-01T00:00:00Z, which stands for "no time".</summary>
    public static GobTime Zero { get; } = new(-SecondsToUnixEpoch, 0);

    /// <summary>As text of RFC 3339, to the nanosecond.</summary>
    public override string ToString() => GobTimeText.Format(this);

    public bool IsZero => UnixSeconds == -SecondsToUnixEpoch && Nanoseconds == 0;

    /// <summary>The zero time for null. An offset of zero is taken as UTC; so is −00:01, which is the mark for UTC on the wire.</summary>
    public static GobTime From(DateTimeOffset? time)
    {
        if (time is not { } value)
            return Zero;
        var seconds = Math.DivRem(value.UtcTicks, TimeSpan.TicksPerSecond, out var ticks) - SecondsToUnixEpoch;
        var minutes = value.TotalOffsetMinutes;
        return new(seconds, (int)ticks * 100, minutes is 0 or UtcMark ? null : minutes * 60);
    }

    /// <summary>Null for the zero time. Cut to whole 100 nanoseconds; an offset that .NET does not know becomes UTC.</summary>
    /// <exception cref="GobException">Outside the years 1 to 9999.</exception>
    public DateTimeOffset? ToDateTimeOffset()
    {
        if (IsZero)
            return null;
        const long lastSecond = 253_402_300_799;
        if (UnixSeconds is < -SecondsToUnixEpoch or > lastSecond)
            throw new GobException("a time outside the years 1 to 9999");
        var utc = DateTimeOffset.UnixEpoch.AddTicks(UnixSeconds * TimeSpan.TicksPerSecond + Nanoseconds / 100);
        var offset = TimeSpan.FromSeconds(OffsetSeconds ?? 0);
        var local = utc.Ticks + offset.Ticks;
        var known = offset.Duration() <= TimeSpan.FromHours(14) && offset.Ticks % TimeSpan.TicksPerMinute == 0
            && local >= 0 && local <= DateTime.MaxValue.Ticks;
        return known ? utc.ToOffset(offset) : utc;
    }

    internal static GobTime Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes is not ([1, ..] and { Length: 15 } or [2, ..] and { Length: 16 }))
            throw new GobException("a time has an unknown form");
        var seconds = unchecked(BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) - SecondsToUnixEpoch);
        var nanoseconds = BinaryPrimitives.ReadInt32BigEndian(bytes[9..]);
        if (nanoseconds is < 0 or > 999_999_999)
            throw new GobException("a time has more than a second of nanoseconds");
        int minutes = BinaryPrimitives.ReadInt16BigEndian(bytes[13..]);
        if (minutes == UtcMark)
            return new(seconds, nanoseconds);
        var extra = bytes.Length == 16 ? (sbyte)bytes[15] : 0;
        return new(seconds, nanoseconds, minutes * 60 + extra);
    }

    internal int Format(Span<byte> destination)
    {
        if (Nanoseconds is < 0 or > 999_999_999)
            throw new GobException("a time has more than a second of nanoseconds");
        var (minutes, extra) = OffsetSeconds is { } offset ? (offset / 60, offset % 60) : (UtcMark, 0);
        if (minutes is < short.MinValue or > short.MaxValue || OffsetSeconds is not null && minutes == UtcMark)
            throw new GobException("a time has an offset that gob cannot carry");
        destination[0] = extra == 0 ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteInt64BigEndian(destination[1..], unchecked(UnixSeconds + SecondsToUnixEpoch));
        BinaryPrimitives.WriteInt32BigEndian(destination[9..], Nanoseconds);
        BinaryPrimitives.WriteInt16BigEndian(destination[13..], (short)minutes);
        if (extra == 0)
            return 15;
        destination[15] = (byte)(sbyte)extra;
        return MaxSize;
    }
}
