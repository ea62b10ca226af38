// jose, for programs that lie beside no node_modules of their own.
export * as jose from 'jose';
