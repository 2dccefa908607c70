//! The engine has no network: a filter in the kernel refuses internet sockets, whatever a library tries.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux {
    // The kernel's own constants, in the widths its filters have.
    #![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

    use std::io;
    use std::mem::offset_of;

    use libc::{
        BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, EAFNOSUPPORT, ENOSYS, SECCOMP_RET_ALLOW,
        SECCOMP_RET_ERRNO, seccomp_data, sock_filter, sock_fprog,
    };

    #[cfg(target_arch = "x86_64")]
    const ARCHITECTURE: u32 = 0xC000_003E;
    #[cfg(target_arch = "aarch64")]
    const ARCHITECTURE: u32 = 0xC000_00B7;
    /// System calls from here on are those of another calling convention of the same machine.
    const OTHER_CONVENTION: u32 = 0x4000_0000;

    const FAMILIES: [i32; 4] = [libc::AF_INET, libc::AF_INET6, libc::AF_PACKET, libc::AF_VSOCK];

    const fn load(offset: usize) -> sock_filter {
        statement(BPF_LD | BPF_W | BPF_ABS, offset as u32)
    }

    const fn statement(code: u32, k: u32) -> sock_filter {
        sock_filter {
            code: code as u16,
            jt: 0,
            jf: 0,
            k,
        }
    }

    /// Skip `yes` or `no` statements.
    const fn test(code: u32, k: u32, yes: u8, no: u8) -> sock_filter {
        sock_filter {
            code: (BPF_JMP | code | BPF_K) as u16,
            jt: yes,
            jf: no,
            k,
        }
    }

    const fn refuse(error: i32) -> sock_filter {
        statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error as u32)
    }

    fn program() -> Vec<sock_filter> {
        let allow = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        let mut program = vec![
            load(offset_of!(seccomp_data, arch)),
            test(BPF_JEQ, ARCHITECTURE, 1, 0),
            refuse(ENOSYS),
            load(offset_of!(seccomp_data, nr)),
            test(BPF_JGE, OTHER_CONVENTION, 0, 1),
            refuse(ENOSYS),
            test(BPF_JEQ, libc::SYS_io_uring_setup as u32, 0, 1),
            refuse(ENOSYS),
            test(BPF_JEQ, libc::SYS_socket as u32, 1, 0),
            allow,
            // The low half of the first argument, on machines that store it first.
            load(offset_of!(seccomp_data, args)),
        ];
        for family in FAMILIES {
            program.extend([test(BPF_JEQ, family as u32, 0, 1), refuse(EAFNOSUPPORT)]);
        }
        program.push(allow);
        program
    }

    /// Cut this thread, and every thread and process it starts, off the network. There is no way back.
    pub fn without_network() -> io::Result<()> {
        let mut program = program();
        let filter = sock_fprog {
            len: u16::try_from(program.len()).map_err(io::Error::other)?,
            filter: program.as_mut_ptr(),
        };
        // SAFETY: both calls only read their arguments; `program` outlives the second.
        let results = unsafe {
            [
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter),
            ]
        };
        if results == [0, 0] {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub use linux::without_network;

/// Elsewhere the environment and the missing client code have to do.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn without_network() -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn internet_sockets_are_refused_and_local_ones_are_not() {
        let inside = thread::spawn(|| {
            without_network().unwrap();
            let child = thread::spawn(|| TcpListener::bind("127.0.0.1:0").is_err());
            (
                TcpListener::bind("[::1]:0").is_err(),
                UdpSocket::bind("127.0.0.1:0").is_err(),
                child.join().unwrap(),
                UnixStream::pair().is_ok(),
            )
        });
        assert_eq!(inside.join().unwrap(), (true, true, true, true));
        assert!(
            TcpListener::bind("127.0.0.1:0").is_ok(),
            "the thread beside it keeps its sockets"
        );
    }
}
