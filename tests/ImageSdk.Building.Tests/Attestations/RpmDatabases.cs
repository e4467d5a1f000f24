using System.Buffers.Binary;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Packages.Rpm;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Attestations;

/// <summary>Databases of one set of packages in all forms: SQLite by Debian's rpm, Berkeley DB by its own tools, ndb (which Debian's rpm is built without) by its description.</summary>
public sealed class RpmDatabases : IDisposable
{
    /// <summary>Packages beside those with names of their own: so many that the table has a tree of pages.</summary>
    public const int Many = 150;

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk rpm ü").FullName;

    public RpmDatabases()
    {
        if (WhyNot is not null)
            return;
        File.WriteAllText(this["spec"], $"""
            Name: hello
            Epoch: 3
            Version: 1.2_3
            Release: 4.el9
            Summary: The prögram
            License: GPL-2.0-or-later AND MIT
            URL: https://example.com/hello
            Vendor: Example, Inc.
            Packager: Jane Doe <jane@example.com>
            Requires: hello-virtual >= 1, /bin/sh
            BuildArch: noarch
            %description
            Words.
            %files
            %package -n other-libs
            Epoch: 0
            Summary: A library
            License: A licence of (our) own
            Provides: hello-virtual = 2
            %description -n other-libs
            More words.
            %files -n other-libs
            {string.Concat(Enumerable.Range(0, Many).Select(i => $"%package -n many{i}\nSummary: Number {i} {new string('s', i * 20)}\nLicense: GPLv2+ or BSD-3-Clause\n%description -n many{i}\n{new string('d', i * 40)}\n%files -n many{i}\n"))}
            """.Replace("\r", "", StringComparison.Ordinal));
        HostProgram.Run("sh", "-ec", """
            cd "$1"; mkdir -p sqlite/usr/lib/sysimage/rpm
            rpmbuild -bb --quiet --define "_topdir $1/top" --define "_rpmdir $1/rpms" --define "_binary_payload w0.gzdio" --define "_build_name_fmt %%{NAME}.rpm" spec > built 2>&1 || { cat built >&2; exit 1; }
            rpm --dbpath "$1/sqlite/usr/lib/sysimage/rpm" --initdb
            rpm --dbpath "$1/sqlite/usr/lib/sysimage/rpm" -i --nodeps --justdb --force-debian rpms/*.rpm > installed 2>&1 || { cat installed >&2; exit 1; }
            """, "sh", folder);
        Blobs = ReadBlobs();
        WriteNdb();
        WriteBerkeley("little", "1234");
        WriteBerkeley("big", "4321");
    }

    /// <summary>Why there are none; null where there are.</summary>
    public static string? WhyNot => new[] { ("rpmbuild", "rpm"), ("db5.3_load", "db5.3-util") }.Where(tool => !HostProgram.IsInstalled(tool.Item1)).Select(tool => $"needs {tool.Item2}; eng/test.sh installs it").FirstOrDefault();

    public string this[string name] => Path.Combine(folder, name);

    internal IReadOnlyList<byte[]> Blobs { get; } = [];

    internal IReadOnlyList<RpmPackage>? Read(string root)
    {
        using var handle = DirectoryHandle.Open(this[root]);
        return RpmDatabase.TryRead(handle);
    }

    public string Query(string format) => HostProgram.Run("rpm", "--dbpath", this["sqlite/usr/lib/sysimage/rpm"], "-qa", "--queryformat", format);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    byte[][] ReadBlobs()
    {
        using var handle = DirectoryHandle.Open(this["sqlite"]);
        using var file = RpmFile.TryOpen(handle, "usr/lib/sysimage/rpm/rpmdb.sqlite")!;
        return [.. new SqliteTable(file, null).ReadBlobs("Packages").Select(blob => blob.ToArray())];
    }

    // A page of slots, then the headers, each between a head and a tail in blocks of 16 bytes.
    void WriteNdb()
    {
        const int page = 4096;
        var slots = new byte[page];
        var numbers = new uint[] { 0x506D_7052, 0, 1, 1, (uint)Blobs.Count + 1 };
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(slots.AsSpan(i * 4), numbers[i]);
        for (var place = 32; place < page; place += 16)
            BinaryPrimitives.WriteUInt32LittleEndian(slots.AsSpan(place), 0x746F_6C53);
        using var file = File.Create(Path.Combine(Directory.CreateDirectory(this["ndb/usr/lib/sysimage/rpm"]).FullName, "Packages.db"));
        file.Position = page;
        for (var i = 0; i < Blobs.Count; i++)
        {
            var (start, blob) = (file.Position / 16, Blobs[i]);
            Write(file, 0x5362_6C42, (uint)i + 1, 1, (uint)blob.Length);
            file.Write(blob);
            // Its checksum is not compared.
            file.Position += -(blob.Length + 12) & 15;
            Write(file, 0, (uint)blob.Length, 0x4562_6C42);
            // One slot is left free between two.
            var slot = slots.AsSpan(32 + (i * 3 / 2) * 16);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], (uint)i + 1);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[8..], (uint)start);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[12..], (uint)((file.Position / 16) - start));
        }
        file.Position = 0;
        file.Write(slots);
    }

    static void Write(Stream stream, params uint[] numbers)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
            stream.Write(bytes);
        }
    }

    // As db_dump writes it: lines of keys and values in hexadecimal digits.
    void WriteBerkeley(string name, string order)
    {
        var lines = new List<string> { "VERSION=3", "format=bytevalue", "type=hash", $"db_lorder={order}", "db_pagesize=4096", "HEADER=END", " 00000000", $" {Blobs.Count:x8}" };
        for (var i = 0; i < Blobs.Count; i++)
            lines.AddRange([$" {i + 1:x8}", " " + Convert.ToHexStringLower(Blobs[i])]);
        File.WriteAllLines(this["dump"], [.. lines, "DATA=END"]);
        var folder = Directory.CreateDirectory(this[$"berkeley {name}/var/lib/rpm"]).FullName;
        HostProgram.Run("db5.3_load", "-f", this["dump"], Path.Combine(folder, "Packages"));
    }
}

/// <summary>A test that makes databases of rpm.</summary>
sealed class RpmFactAttribute : FactAttribute
{
    public RpmFactAttribute() => Skip = RpmDatabases.WhyNot;
}

/// <inheritdoc cref="RpmFactAttribute"/>
sealed class RpmTheoryAttribute : ImageSdk.Tests.CountedTheoryAttribute
{
    public RpmTheoryAttribute() => Skip = RpmDatabases.WhyNot;
}
